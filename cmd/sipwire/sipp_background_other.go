//go:build !unix

package main

import "errors"

func background([]string) (int, error) { return 0, errors.New("not on this system") }
