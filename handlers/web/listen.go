package web

import (
	"errors"
	"net"
	"time"
)

// Listen opens the door for an app made by New. Its connections bear being closed at any moment: while the server shuts down it closes the ones that
// look idle, and a request may just have come in on one. The library takes a deadline that cannot be set on a closed connection for a mistake of its own
// and panics, in a goroutine of its own, which ends the process with everybody else's requests; the write that follows tells it well enough.
func Listen(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp4", addr)
	if err != nil {
		return nil, err
	}
	return Patient(ln), nil
}

// Patient gives a listener's connections that property.
func Patient(ln net.Listener) net.Listener { return patient{ln} }

type patient struct{ net.Listener }

// Accept implements net.Listener.
func (l patient) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return patientConn{c}, nil
}

type patientConn struct{ net.Conn }

// SetDeadline implements net.Conn.
func (c patientConn) SetDeadline(t time.Time) error { return bear(c.Conn.SetDeadline(t)) }

// SetReadDeadline implements net.Conn.
func (c patientConn) SetReadDeadline(t time.Time) error { return bear(c.Conn.SetReadDeadline(t)) }

// SetWriteDeadline implements net.Conn.
func (c patientConn) SetWriteDeadline(t time.Time) error { return bear(c.Conn.SetWriteDeadline(t)) }

func bear(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
