//go:build !unix

package main

import "errors"

func background() (int, error) { return 0, errors.New("not on this system") }
