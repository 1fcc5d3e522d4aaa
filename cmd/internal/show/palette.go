package show

import (
	"github.com/fatih/color"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
)

// A palette colours text, or leaves it as it is.
type palette struct {
	title, start, branch, faint, mark, bad, warn, note *color.Color

	groups [numGroups]*color.Color
}

// group is what a header is about; headers of one group share a colour.
type group uint8

const (
	other   group = iota // known, none of the below
	unknown              // outside the header table
	routing              // where the message goes
	dialog               // who talks, and in what exchange
	auth
	content // what the body is
	numGroups
)

func groupOf(id header.ID) group {
	switch id {
	case header.IDOther:
		return unknown
	case header.IDVia, header.IDRoute, header.IDRecordRoute, header.IDPath, header.IDServiceRoute, header.IDMaxForwards:
		return routing
	case header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq, header.IDContact:
		return dialog
	case header.IDContentType, header.IDContentLength, header.IDContentDisposition,
		header.IDContentEncoding, header.IDContentLanguage, header.IDMIMEVersion:
		return content
	}
	switch grammar.Of(uint8(id)) {
	case grammar.Challenge, grammar.Credentials, grammar.AuthInfo, grammar.IdentityValue:
		return auth
	}
	return other
}

func newPalette(on bool) *palette {
	c := func(attrs ...color.Attribute) *color.Color {
		c := color.New(attrs...)
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return &palette{
		title:  c(color.Bold),
		start:  c(color.Bold, color.FgCyan),
		branch: c(color.Faint),
		faint:  c(color.Faint),
		mark:   c(color.FgYellow),
		bad:    c(color.Bold, color.FgRed),
		warn:   c(color.FgYellow),
		note:   c(color.FgBlue),
		groups: [numGroups]*color.Color{
			other:   c(color.FgWhite),
			unknown: c(color.FgYellow, color.Italic),
			routing: c(color.FgCyan),
			dialog:  c(color.FgGreen),
			auth:    c(color.FgMagenta),
			content: c(color.FgBlue),
		},
	}
}
