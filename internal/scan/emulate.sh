#!/bin/sh
# Runs tests of the avx512 tier on a machine without AVX-512: in Bochs, an
# emulator of a whole computer whose Ice Lake has VBMI2. Slow: count a minute
# for the start, and a hundred times the usual for the tests.
#
#	internal/scan/emulate.sh [package ...]       (default ./internal/cpufeat ./internal/scan)
#
# From the environment:
#	KERNEL      a Linux kernel image (vmlinuz) that needs no module to write to a
#	            serial port; default: the newest /boot/vmlinuz-*-cloud-amd64
#	ARGUMENTS   for the tests; default: -test.v -test.run (Test|Fuzz)/(avx512|seed)
#	SECONDS_MAX to give up after; default: 3600
#
# Debian 12 packages: bochs bochsbios vgabios bochs-term isolinux
# syslinux-common xorriso cpio bsdutils, and linux-image-cloud-amd64 (or
# unpack one: dpkg-deb -x).
set -eu

cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- ./internal/cpufeat ./internal/scan
kernel=${KERNEL:-$(ls -v /boot/vmlinuz-*-cloud-amd64 | tail -n 1)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export CGO_ENABLED=0 GOOS=linux GOARCH=amd64
root=$work/root
mkdir -p "$root/tests"
go build -o "$root/init" ./internal/scan/_emulate
echo "${ARGUMENTS:--test.v -test.run (Test|Fuzz)/(avx512|seed)}" >"$root/tests/arguments"
n=0
for package; do
	n=$((n + 1))
	place=$root/tests/$n
	mkdir "$place"
	go test -c -o "$place/test" "$package"
	echo "$package" >"$place/name"
	if [ -d "$package/testdata" ]; then cp -r "$package/testdata" "$place"; fi
done

cd "$work"
disc=disc/isolinux
mkdir -p $disc
(cd root && find . | cpio -o -H newc --quiet) | gzip >disc/initrd.gz
cp "$kernel" disc/vmlinuz
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 $disc

# What is switched off is what Bochs 2.7 and Linux 6.1 do not agree on: the
# place of PKU and the size of the compacted state in XSAVE (Linux would go
# without AVX), and SMAP (the start does not end). None of it matters here.
cat >$disc/isolinux.cfg <<END
DEFAULT tests
PROMPT 0
TIMEOUT 1
LABEL tests
  KERNEL /vmlinuz
  INITRD /initrd.gz
  APPEND console=ttyS0 quiet panic=-1 nokaslr mitigations=off tsc=reliable lpj=4000000 idle=poll clearcpuid=pku,xsaves,xsavec,smap,erms,fsrm rdinit=/init
END
xorriso -as mkisofs -quiet -o disc.iso -b isolinux/isolinux.bin -c isolinux/boot.cat \
	-no-emul-boot -boot-load-size 4 -boot-info-table disc 2>/dev/null

cat >bochsrc <<END
display_library: term
megs: 512
cpu: model=corei7_icelake_u, count=1, ips=100000000, reset_on_triple_fault=0
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=disc.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=console
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
clock: sync=none, time0=1
log: log
panic: action=fatal
error: action=ignore
info: action=ignore
END
# Debian builds Bochs with its debugger, which waits to be told to begin, and
# with a display that wants a terminal of some size.
echo c >begin
touch console
TERM=vt100 timeout -s KILL "${SECONDS_MAX:-3600}" \
	script -qec 'stty rows 50 cols 132; exec bochs -q -f bochsrc -rc begin' /dev/null </dev/null >/dev/null 2>&1 || true

tr -d '\r' <console
if ! tr -d '\r' <console | grep -q '^emulated: ok$'; then
	echo "emulate.sh: no success; the tests are to end with a line \"emulated: ok\"" >&2
	exit 1
fi
