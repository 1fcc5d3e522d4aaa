package codec_test

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/hostile"
)

func editWith(change func(e *codec.Edit, text []byte) error) func(m *codec.Message, text []byte) ([]byte, error) {
	return func(m *codec.Message, text []byte) ([]byte, error) {
		var e codec.Edit
		if err := e.Begin(m); err != nil {
			return nil, err
		}
		_ = change(&e, text)
		return e.AppendTo(nil)
	}
}

func viaSpec() codec.ViaSpec {
	return codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("p.example"), Port: 5070, Branch: []byte("z9hG4bKp"), RPort: true}
}

// editSetters is every place of an Edit that takes text.
var editSetters = []hostile.Setter{
	{Name: "Add", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.Add(codec.Top(), header.IDOrganization, b) })},
	{Name: "AddField name", Kind: "token", Make: editWith(func(e *codec.Edit, b []byte) error { return e.AddField(codec.Bottom(), b, []byte("x")) })},
	{Name: "AddField value", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.AddField(codec.After(1), []byte("X"), b) })},
	{Name: "Set", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.Set(header.IDSubject, b) })},
	{Name: "Set absent", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.Set(header.IDOrganization, b) })},
	{Name: "SetString", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.SetString(header.IDSubject, string(b)) })},
	{Name: "AddString", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.AddString(codec.Top(), header.IDServer, string(b)) })},
	{Name: "AddFieldString name", Kind: "token", Make: editWith(func(e *codec.Edit, b []byte) error { return e.AddFieldString(codec.Top(), string(b), "x") })},
	{Name: "AddFieldString value", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.AddFieldString(codec.Top(), "x", string(b)) })},
	{Name: "SetAt", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.SetAt(5, b) })}, // Subject
	{Name: "PushVia host", Kind: "host", Make: editWith(func(e *codec.Edit, b []byte) error { v := viaSpec(); v.Host = b; return e.PushVia(&v) })},
	{Name: "PushVia branch", Kind: "branch", Make: editWith(func(e *codec.Edit, b []byte) error { v := viaSpec(); v.Branch = b; return e.PushVia(&v) })},
	{Name: "PushVia parameter", Kind: "token", Make: editWith(func(e *codec.Edit, b []byte) error {
		v := viaSpec()
		v.Params = []codec.Param{{Name: b, Value: []byte("x")}}
		return e.PushVia(&v)
	})},
	{Name: "PushVia value", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error {
		v := viaSpec()
		v.Params = []codec.Param{{Name: []byte("x"), Value: b}}
		return e.PushVia(&v)
	})},
	{Name: "PushRoute", Kind: "uri", Make: editWith((*codec.Edit).PushRoute)},
	{Name: "PushRecordRoute", Kind: "uri", Make: editWith((*codec.Edit).PushRecordRoute)},
	{Name: "SetRequestURI", Kind: "uri", Make: editWith((*codec.Edit).SetRequestURI)},
	{Name: "SetRequestLine method", Kind: "token", Make: editWith(func(e *codec.Edit, b []byte) error { return e.SetRequestLine(b, []byte("sip:x")) })},
	{Name: "SetRequestLine URI", Kind: "uri", Make: editWith(func(e *codec.Edit, b []byte) error { return e.SetRequestLine([]byte("A"), b) })},
	{Name: "SetBranch", Kind: "branch", Make: editWith((*codec.Edit).SetBranch)},
	{Name: "SetCSeq", Kind: "token", Make: editWith(func(e *codec.Edit, b []byte) error { return e.SetCSeq(1, b) })},
	{Name: "Authorize", Kind: "credentials", Make: editWith(func(e *codec.Edit, b []byte) error { return e.Authorize(header.IDAuthorization, b) })},
	{Name: "Retry", Kind: "branch", Make: editWith(func(e *codec.Edit, b []byte) error { return e.Retry(b, header.IDAuthorization, []byte("Digest a=b")) })},
	{Name: "SetBody type", Kind: "text", Make: editWith(func(e *codec.Edit, b []byte) error { return e.SetBody(b, []byte("x")) })},
}

func TestEditInjection(t *testing.T) { hostile.Test(t, editSetters) }

func FuzzEditInjection(f *testing.F) { hostile.Fuzz(f, editSetters) }
