package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// source returns the text of the scenario, and its name: that of the flags,
// else the one given.
func (f *runFlags) source(fallback string, data []byte) (name string, text []byte, err error) {
	switch {
	case f.SF != "" && f.SN != "":
		return "", nil, usage("-sf and -sn exclude each other")
	case f.SF != "":
		if data, err = os.ReadFile(f.SF); err != nil {
			return "", nil, usageError{err}
		}
		return f.SF, data, nil
	case f.SN == "" && data != nil:
		return fallback, data, nil
	}
	if name = f.SN; name == "" {
		name = fallback
	}
	data, ok := scenario.Builtin(name)
	if !ok {
		return "", nil, usage("-sn %s: there is no such scenario; there are %s", name, strings.Join(scenario.Builtins(), ", "))
	}
	return name, data, nil
}

// outOfCall returns the scenario for requests that belong to no call.
func (f *runFlags) outOfCall() (name string, data []byte, err error) {
	if f.OOCSF == "" && f.OOCSN == "" {
		return "", nil, nil
	}
	if f.OOCSF != "" && f.OOCSN != "" {
		return "", nil, usage("-oocsf and -oocsn exclude each other")
	}
	other := &runFlags{SF: f.OOCSF, SN: f.OOCSN}
	return other.source("", nil)
}

// dump prints the scenario that -sd names.
func (f *runFlags) dump(e *env) error {
	other := &runFlags{SN: f.SD}
	_, data, err := other.source("", nil)
	if err == nil {
		_, err = e.stdout.Write(data)
	}
	return err
}

// program compiles the scenario: that of the flags, else the one given.
func (f *runFlags) program(fallback string, data []byte, files inject.Set) (*scenario.Program, error) {
	name, data, err := f.source(fallback, data)
	if err != nil {
		return nil, err
	}
	_, names := f.keys()
	ooc, oocData, err := f.outOfCall()
	if err != nil {
		return nil, err
	}
	p, err := scenario.Compile(name, data, scenario.Options{Keys: names, NoTexts: f.hold != nil, OutOfCallName: ooc, OutOfCall: oocData, Files: func(name string) error {
		if files.Find(name) < 0 {
			return fmt.Errorf("injection file %q is not one of -inf", name)
		}
		return nil
	}})
	if err != nil {
		return nil, usageError{err}
	}
	return p, nil
}
