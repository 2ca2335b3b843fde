package tlshello

// record acts on a record whose header is complete.
func (r *Reader) record(from End, s *stream) {
	s.phase, s.left, s.level = inBody, recordSize(s.head[:]), 0
	switch s.kind() {
	case applicationData:
		r.sealed(from, s)
	case changeCipherSpec:
		r.change(from, s)
		return
	}
	if s.changed {
		s.finished = true
		r.agree()
	}
}

// change acts on ChangeCipherSpec. In TLS 1.3 it says nothing (RFC 8446, appendix D.4), and nobody
// else sends it between the hellos.
func (r *Reader) change(from End, s *stream) {
	f := &r.facts
	if f.Modern() || f.Client && !f.Server {
		return
	}
	s.changed = true
	if from == Server && f.Client && f.Server && !r.holed && !r.streams[Client].changed {
		f.Resumed = Yes // else it would wait for the client's (RFC 5246, section 7.3)
	}
}

// agree notes that a handshake up to TLS 1.2 is over once both ends have changed their cipher, and
// have sent something with it.
func (r *Reader) agree() {
	if r.facts.Server && r.streams[Client].finished && r.streams[Server].finished {
		r.facts.Established = Yes
	}
}

// sealed acts on a record of application data, which may be of the handshake in TLS 1.3.
func (r *Reader) sealed(from End, s *stream) {
	f := &r.facts
	s.sealed++
	if !f.Server || !f.Modern() {
		if r.joined && r.streams[Client].sealed > 0 && r.streams[Server].sealed > 0 {
			f.Established = Yes
		}
		r.settled = f.Established == Yes
		return
	}
	short := s.left == sealedAlert
	switch {
	case from == Client && f.Established == Unknown:
		f.Established = truth(!short)
		r.settled = short
	case from == Server && f.Established == Yes:
		if short { // a certificate that was refused, or the end of a short connection
			f.Established = Unknown
		}
		r.settled = true
	}
}

// alert takes bytes of an alert, if it is in plain text.
func (r *Reader) alert(s *stream, b []byte) {
	if recordSize(s.head[:]) != alertSize || s.changed {
		return
	}
	for _, c := range b {
		if s.level == 0 {
			s.level = c
			continue
		}
		fatal := s.level == levelFatal || r.facts.Modern() && s.level == levelWarning
		if fatal && c != closeNotify && c != userCanceled {
			r.facts.Alert, r.facts.Alerted, r.facts.Established = c, true, No
			r.settled = true
		}
	}
}

// handshake takes plain bytes of the handshake.
func (r *Reader) handshake(from End, s *stream, b []byte) {
	for len(b) > 0 && !s.hello.over {
		var message []byte
		message, b = s.hello.next(r.store, b)
		if message == nil {
			return
		}
		if r.say(from, message) {
			s.hello.drop(r.store)
			return
		}
		s.hello.buf = s.hello.buf[:0]
	}
}

// say reads a handshake message, and tells whether it is the last one of this end that matters.
func (r *Reader) say(from End, message []byte) bool {
	kind, body := message[0], message[messageHeader:]
	switch {
	case from == Client && kind == clientHello:
		session, err := r.store.clientHello(body, &r.facts)
		if err != nil {
			r.holed = true
			return true
		}
		r.sent = copy(r.session[:], session)
		return true
	case from == Server && kind == oldRetry:
		r.facts.Retried = true
		return false
	case from == Server && kind == serverHello:
		if r.store.serverHello(body, r.session[:r.sent], &r.facts) != nil {
			r.holed = true
			return true
		}
		if r.facts.Server {
			r.streams[Client].sealed = 0 // early data
		}
		return r.facts.Server
	}
	return true
}
