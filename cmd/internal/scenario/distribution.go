package scenario

import (
	"math"
	"math/rand/v2"
)

// A Distribution is what pauses and samples are drawn from. Pauses are in
// milliseconds.
type Distribution struct {
	name    string
	a, b, c float64
}

// Fixed returns the distribution that is always v.
func Fixed(v float64) *Distribution { return &Distribution{name: "fixed", a: v} }

// the parameters of each distribution, in the order of a and b.
var parameters = map[string][]string{
	"fixed": {"value"}, "uniform": {"min", "max"}, "normal": {"mean", "stdev"},
	"lognormal": {"mean", "stdev"}, "exponential": {"mean"}, "weibull": {"lambda", "k"},
	"pareto": {"k", "x_m"}, "gamma": {"k", "theta"}, "negbin": {"p", "n"}, "poisson": {"mean"}, "gpareto": {"shape", "scale", "location"},
}

// oldDistribution returns the distribution of an old scenario, which has its name
// as an attribute; empty for none.
func (e *element) oldDistribution() string {
	for _, name := range []string{"normal", "exponential", "lognormal", "weibull", "pareto", "gamma"} {
		if _, ok := e.get(name); ok {
			return name
		}
	}
	return ""
}

// distribution reads the parameters of a distribution.
func (e *element) distribution(name string) *Distribution {
	e.get("sanity_check")
	names, ok := parameters[name]
	if !ok {
		e.fail("distribution %q is not known", name)
		return Fixed(0)
	}
	d := &Distribution{name: name}
	for i, p := range names {
		e.need(p)
		*[]*float64{&d.a, &d.b, &d.c}[i] = e.number(p, 0)
	}
	switch name {
	case "uniform":
		if d.a > d.b {
			e.fail("min is above max")
		}
	case "exponential", "poisson":
		if d.a < 0 {
			e.fail("mean is below 0")
		}
	case "weibull", "pareto", "gamma":
		if d.a <= 0 || d.b <= 0 {
			e.fail("both parameters must be above 0")
		}
	case "gpareto":
		if d.b <= 0 {
			e.fail("scale must be above 0")
		}
	case "negbin":
		if d.a <= 0 || d.a > 1 || d.b <= 0 {
			e.fail("p must be above 0 and at most 1, n above 0")
		}
	}
	return d
}

// Constant reports whether all samples are the same, and which.
func (d *Distribution) Constant() (float64, bool) { return d.a, d.name == "fixed" }

// Sample draws one value.
func (d *Distribution) Sample(r *rand.Rand) float64 {
	switch d.name {
	case "uniform":
		return d.a + r.Float64()*(d.b-d.a)
	case "normal":
		return d.a + d.b*r.NormFloat64()
	case "lognormal":
		return math.Exp(d.a + d.b*r.NormFloat64())
	case "exponential":
		return d.a * r.ExpFloat64()
	case "weibull":
		return d.a * math.Pow(r.ExpFloat64(), 1/d.b)
	case "pareto":
		return d.b / math.Pow(1-r.Float64(), 1/d.a)
	case "gpareto":
		if d.a == 0 {
			return d.c + d.b*r.ExpFloat64()
		}
		return d.c + d.b*(math.Pow(1-r.Float64(), -d.a)-1)/d.a
	case "gamma":
		return gamma(r, d.a) * d.b
	case "negbin":
		// A Poisson variable whose mean is gamma distributed.
		if d.a == 1 {
			return 0
		}
		return poisson(r, gamma(r, d.b)*(1-d.a)/d.a)
	case "poisson":
		return poisson(r, d.a)
	}
	return d.a
}

// gamma draws from the gamma distribution of scale 1, by the method of
// Marsaglia and Tsang (2000).
func gamma(r *rand.Rand, k float64) float64 {
	if k < 1 {
		return gamma(r, k+1) * math.Pow(1-r.Float64(), 1/k)
	}
	d := k - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-r.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// poisson counts arrivals in a unit of time, halving large means so that the
// product below does not run out of range.
func poisson(r *rand.Rand, mean float64) float64 {
	if mean <= 0 {
		return 0
	}
	if mean > 500 {
		return math.Max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
	}
	limit, n := math.Exp(-mean), 0.0
	for p := 1 - r.Float64(); p > limit; n++ {
		p *= 1 - r.Float64()
	}
	return n
}
