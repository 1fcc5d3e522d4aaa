//go:build !purego

package cpufeat

import "github.com/klauspost/cpuid/v2"

// supported asks for everything the kernels use, not for the one instruction
// set that names the tier: a hypervisor may hide any of them. The library
// clears what the operating system does not save on a task switch.
func supported() []Tier {
	tiers := []Tier{Generic}
	if !cpuid.CPU.Supports(cpuid.AVX2, cpuid.BMI1, cpuid.BMI2, cpuid.POPCNT) {
		return tiers
	}
	tiers = append(tiers, AVX2)
	if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512VL, cpuid.AVX512VBMI, cpuid.AVX512VBMI2) {
		tiers = append(tiers, AVX512)
	}
	return tiers
}
