package main

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// usersByNumber is how many users there are when nothing says so.
const usersByNumber = 100

// makesUsers reports whether the users are made by number, because no file has
// them.
func (c *loadCmd) makesUsers() bool { return c.SN == "calls" && len(c.Inf) == 0 }

// userLines is the injection file of users who are made by number: user1,
// user2 and so on, all with the password of -ap.
func (c *loadCmd) userLines() text {
	n := c.Registered
	switch {
	case c.Users > 0:
		n = c.Users
	case n == 0:
		n = usersByNumber
	}
	return text{"users", fmt.Sprintf("USERS,PRINTF=%d,PRINTFOFFSET=1\nuser%%d;%s\n", n, strings.ReplaceAll(c.AP, "%", "%%"))}
}

// withUsers adds the file of users who are made by number.
func (c *loadCmd) withUsers(files inject.Set) (inject.Set, error) {
	if !c.makesUsers() {
		return files, nil
	}
	if strings.ContainsAny(c.AP, ";\r\n") {
		return nil, usage("-ap: a password with a %q goes into a file of -inf", ";")
	}
	t := c.userLines()
	f, err := inject.Parse(t.Name, t.Text)
	if err != nil {
		return nil, usageError{err}
	}
	return append(files, f), nil
}

// population sets how many users register.
func (c *loadCmd) population(r *load.Runner, files inject.Set) error {
	lines := 0
	if len(files) > 0 {
		lines = files[0].Lines()
	}
	if c.Users > 0 {
		c.Registered = c.Users
	}
	switch {
	case c.RegisterRate <= 0 || c.RegisterRate > 1e6:
		return usage("--register-rate %g: above 0, and up to a million", c.RegisterRate)
	case c.Registered > lines && lines > 0:
		return usage("--registered %d: %s has %d lines", c.Registered, files[0].Name, lines)
	case c.Registered == 0:
		c.Registered = lines
	}
	if c.Registered < 2*max(c.FleetSize, 1) {
		return usage("--registered %d: two users at least are needed to call each other, in each process of a fleet", c.Registered)
	}
	r.Registered, r.RegisterRate = c.Registered, c.RegisterRate
	return nil
}
