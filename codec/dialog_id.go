package codec

// AppendDialogIDTagged is [Message.AppendDialogID] for a message whose To gets
// the tag before it is sent: for a UAS, that has the request and is about to
// answer it, the ID of the dialog that its response makes (RFC 3261, 12.1.1). It
// is the ID of all later messages of the dialog. A To that has a tag keeps it.
func (m *Message) AppendDialogIDTagged(dst []byte, side Side, toTag []byte) ([]byte, error) {
	s := keyWriter{dst: dst}
	if err := m.dialog(&s, side, toTag); err != nil {
		return dst, err
	}
	return s.dst, nil
}

// DialogHashTagged is [Message.DialogHash] for a message whose To gets the tag, as
// for [Message.AppendDialogIDTagged]. It is for tables inside the process too.
func (m *Message) DialogHashTagged(seed uint64, side Side, toTag []byte) (uint64, error) {
	s := keyWriter{hash: seed, hashing: true}
	if err := m.dialog(&s, side, toTag); err != nil {
		return 0, err
	}
	return s.sum(), nil
}
