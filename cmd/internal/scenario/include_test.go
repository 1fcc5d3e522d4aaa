package scenario

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// write puts files into a folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o777)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestInclude has commands of other files: those of a scenario, a single one, and
// one that includes another, with paths from the file that names them.
func TestInclude(t *testing.T) {
	dir := write(t, map[string]string{
		"parts/all.xml":    `<scenario name="other"><label id="a"/><recv request="A"/><xi:include href="deeper/one.xml"/></scenario>`,
		"parts/deeper/one": `<nop next="a" colour="red"/>`,
		"parts/log.xml":    `<log message="x"/>`,
	})
	os.Rename(filepath.Join(dir, "parts/deeper/one"), filepath.Join(dir, "parts/deeper/one.xml"))
	text := `<scenario name="n" xmlns:xi="http://www.w3.org/2001/XInclude"><pause/>
		<xi:include href="parts/all.xml"/><nop><action><xi:include href="` + filepath.Join(dir, "parts/log.xml") + `"/></action></nop></scenario>`
	p, err := Compile(filepath.Join(dir, "a.xml"), []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for i := range p.Steps {
		labels = append(labels, p.Steps[i].Label())
	}
	if got := strings.Join(labels, " "); got != "pause A nop nop" || p.Name != "n" || p.Steps[2].Next != 1 || len(p.Steps[3].Actions) != 1 {
		t.Errorf("%q, steps %s, next %d, %d actions", p.Name, got, p.Steps[2].Next, len(p.Steps[3].Actions))
	}
	if len(p.Notes) != 1 || filepath.Base(p.Notes[0].File) != "one.xml" {
		t.Errorf("notes %+v", p.Notes)
	}
}

// TestIncludeFaults has what is wrong with an include, and with the file.
func TestIncludeFaults(t *testing.T) {
	dir := write(t, map[string]string{
		"loop.xml": `<scenario><xi:include href="loop.xml"/></scenario>`,
		"bad.xml":  "<scenario>\n<what/></scenario>",
		"open.xml": "<scenario>\n<nop>",
	})
	for i := range 12 { // each includes the next one twice
		next := `<xi:include href="` + strconv.Itoa(i+1) + `.xml"/>`
		os.WriteFile(filepath.Join(dir, strconv.Itoa(i)+".xml"), []byte("<scenario>"+next+next+"</scenario>"), 0o666)
	}
	os.WriteFile(filepath.Join(dir, "12.xml"), []byte("<pause/>"), 0o666)
	for inside, want := range map[string]string{
		`<xi:include href="0.xml"/>`:         "more than 1000 files are included",
		`<xi:include href="."/>`:             " is no file",
		`<xi:include/>`:                      "a.xml:1:11: <xi:include>: attribute href is missing",
		`<xi:include href="none.xml"/>`:      "<xi:include>: open ",
		`<xi:include href="loop.xml"/>`:      "more than 16 files",
		`<xi:include href="bad.xml"/>`:       "bad.xml:2:1: <what>: there is no such element",
		`<xi:include href="open.xml"/>`:      "open.xml:2:1: <nop>: is not closed",
		`<x:include href="bad.xml"/>`:        "<x:include>: there is no such element",
		`<xi:include href="bad.xml"></xi:y>`: "is not closed before the </xi:y>",
	} {
		_, err := Compile(filepath.Join(dir, "a.xml"), []byte("<scenario>"+inside+"</scenario>"), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", inside, err, want)
		}
	}
	_, err := Compile(filepath.Join(dir, "a.xml"), []byte(`<scenario><xi:include href="bad.xml"/></scenario>`), Options{NoTexts: true})
	if err == nil || !strings.Contains(err.Error(), "cannot be used in a fleet") {
		t.Errorf("in a fleet: %v", err)
	}
}
