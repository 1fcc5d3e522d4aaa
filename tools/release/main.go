// Release makes the commits of a release whose modules can be installed, and
// proves it: it serves them to the go command from a folder, as a module proxy
// does, and installs the tool from there.
//
//	go -C tools run ./release -check     tries it with the version v0.0.1, and keeps nothing
//	go -C tools run ./release v0.1.0     makes the tags v0.1.0, stack/v0.1.0 and cmd/v0.1.0
//
// While the library and the modules below it are developed together, each of
// those finds the library by a replace directive. The go command installs no
// module with one. So a release is the commit that is checked out, tagged for
// the library, and on top of it one commit for each nested module, in which
// its go.mod has the released versions instead of the directives. These
// commits are reached by their tags only; no branch has them. What is not
// committed is not in a release.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/zip"
)

const library = "github.com/sipwire/sipwire"

// nested are the folders of the modules that are released with the library,
// each after those that it needs.
var nested = []string{"stack", "cmd"}

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "make the release v0.0.1 in a temporary clone, install the tool from it, and keep nothing")
	flag.Parse()
	version := flag.Arg(0)
	if *check {
		version = "v0.0.1"
	}
	if !semver.IsValid(version) || flag.NArg() > 1 {
		log.Fatal("usage: go -C tools run ./release -check | VERSION")
	}
	temp, err := os.MkdirTemp("", "release")
	if err == nil {
		err = release(temp, version, !*check)
		err = errors.Join(err, os.RemoveAll(temp))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// A maker holds what the steps of one release share.
type maker struct {
	version     string
	clone       string   // of the repository
	proxy       string   // folder of the module proxy
	environment []string // of the go command
	author      []string // environment of git commit
}

// release makes the commits in a clone below temp, checks them, and brings them
// and their tags into the repository if keep says so.
func release(temp, version string, keep bool) error {
	repository, err := command(".", nil, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	cache, err := command(".", nil, "go", "env", "GOMODCACHE")
	if err != nil {
		return err
	}
	proxies, err := command(".", nil, "go", "env", "GOPROXY")
	if err != nil {
		return err
	}
	r := &maker{version: version, clone: filepath.Join(temp, "clone"), proxy: filepath.Join(temp, "proxy")}
	r.environment = []string{
		// A cache of its own: no other may ever hold a version that is not out yet.
		"GOPATH=" + filepath.Join(temp, "go"), "GOMODCACHE=" + filepath.Join(temp, "go", "mod"), "GOBIN=" + filepath.Join(temp, "bin"),
		"GOPROXY=file://" + filepath.ToSlash(r.proxy) + ",file://" + filepath.ToSlash(filepath.Join(cache, "cache", "download")) + "," + proxies,
		"GONOSUMDB=" + library + "," + library + "/*", "GOFLAGS=-modcacherw", "GOWORK=off",
	}
	for key, ifNone := range map[string]string{"user.name": "sipwire", "user.email": "sipwire@localhost"} {
		value, err := command(".", nil, "git", "config", key)
		if err != nil {
			value = ifNone // a machine of continuous integration
		}
		part := strings.ToUpper(strings.TrimPrefix(key, "user."))
		r.author = append(r.author, "GIT_AUTHOR_"+part+"="+value, "GIT_COMMITTER_"+part+"="+value)
	}
	if _, err := command(".", nil, "git", "clone", "-q", "--no-hardlinks", repository, r.clone); err != nil {
		return err
	}
	if err := r.publish("", library); err != nil {
		return err
	}
	for _, dir := range nested {
		if _, err := os.Stat(filepath.Join(r.clone, dir, "go.mod")); err != nil {
			continue
		}
		if err := r.pin(dir); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if err := r.publish(dir, library+"/"+dir); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	if err := r.install(temp); err != nil {
		return err
	}
	if !keep {
		return nil
	}
	if _, err := command(repository, nil, "git", "fetch", "-q", "--tags", r.clone); err != nil {
		return err
	}
	fmt.Println("now publish the tags: git push --tags")
	return nil
}

// pin lets a module require the released versions of the others, and commits
// that.
func (r *maker) pin(dir string) error {
	file := filepath.Join(r.clone, dir, "go.mod")
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(file, b, nil)
	if err != nil {
		return err
	}
	for _, replace := range mod.Replace {
		path := replace.Old.Path
		if path != library && !strings.HasPrefix(path, library+"/") {
			return fmt.Errorf("replaces %s, which is not released with it", path)
		}
		if err := errors.Join(mod.DropReplace(path, replace.Old.Version), mod.AddRequire(path, r.version)); err != nil {
			return err
		}
	}
	mod.Cleanup()
	if b, err = mod.Format(); err != nil {
		return err
	}
	if err := os.WriteFile(file, b, 0o666); err != nil {
		return err
	}
	if _, err := command(filepath.Join(r.clone, dir), r.environment, "go", "mod", "tidy"); err != nil {
		return err
	}
	_, err = command(r.clone, r.author, "git", "commit", "-q", "-a", "-m", dir+": the release "+r.version+" requires the released library")
	return err
}

// publish tags what is checked out and puts the module in dir into the proxy.
func (r *maker) publish(dir, path string) error {
	tag := strings.TrimPrefix(dir+"/"+r.version, "/")
	if _, err := command(r.clone, nil, "git", "tag", tag); err != nil {
		return err
	}
	versions := filepath.Join(r.proxy, filepath.FromSlash(path), "@v")
	if err := os.MkdirAll(versions, 0o777); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(r.clone, dir, "go.mod"))
	if err != nil {
		return err
	}
	info, err := json.Marshal(map[string]any{"Version": r.version, "Time": time.Now().UTC().Format(time.RFC3339)})
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := zip.CreateFromVCS(&archive, module.Version{Path: path, Version: r.version}, r.clone, tag, dir); err != nil {
		return err
	}
	for name, b := range map[string][]byte{"list": []byte(r.version + "\n"), r.version + ".info": info, r.version + ".mod": mod, r.version + ".zip": archive.Bytes()} {
		if err := os.WriteFile(filepath.Join(versions, name), b, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// install installs the tool as a user does, far from any go.mod, and asks it
// for its version.
func (r *maker) install(temp string) error {
	target := library + "/cmd/sipwire@" + r.version
	if _, err := command(temp, r.environment, "go", "install", target); err != nil {
		return err
	}
	out, err := command(temp, nil, filepath.Join(temp, "bin", "sipwire"), "--version")
	if err != nil {
		return err
	}
	if want := "sipwire " + r.version; out != want {
		return fmt.Errorf("go install %s: the tool says %q, not %q", target, out, want)
	}
	fmt.Println("go install", target, "works:", out)
	return nil
}

// command runs a command in dir and returns what it prints, without spaces
// around it.
func command(dir string, environment []string, name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	var errs bytes.Buffer
	c.Dir, c.Env, c.Stderr = dir, append(os.Environ(), environment...), &errs
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(string(out)), nil
}
