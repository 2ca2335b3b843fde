package vmlive

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"time"
)

// spoken is TLS of which everything is the same on every machine, whatever its processor does best.
func spoken() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		NextProtos:   []string{"lines"}, ServerName: "vault.test", InsecureSkipVerify: true,
	}
}

// serveTLS sends lines back.
func serveTLS() (addr string, err error) {
	cert, err := certificate()
	if err != nil {
		return "", fmt.Errorf("make a certificate: %w", err)
	}
	config := spoken()
	config.Certificates = []tls.Certificate{*cert}
	l, err := tls.Listen("tcp", anywhere, config)
	if err != nil {
		return "", fmt.Errorf("serve TLS: %w", err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go sendBack(c)
		}
	}()
	return l.Addr().String(), nil
}

func sendBack(c net.Conn) {
	defer c.Close()
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		if _, err := io.WriteString(c, line); err != nil {
			return
		}
	}
}

// certificate is signed by nobody but itself.
func certificate() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"vault.test"},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// whisper says some lines and hears them again.
func whisper(addr string) error {
	c, err := tls.Dial("tcp", addr, spoken())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer c.Close()
	answers := bufio.NewReader(c)
	for i := range 5 {
		if _, err := fmt.Fprintf(c, "line %d\n", i); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if _, err := answers.ReadString('\n'); err != nil {
			return fmt.Errorf("read: %w", err)
		}
	}
	if err := c.CloseWrite(); err != nil {
		return fmt.Errorf("say goodbye: %w", err)
	}
	// Who closes before the other's goodbye has come resets the connection.
	if _, err := io.Copy(io.Discard, answers); err != nil {
		return fmt.Errorf("hear goodbye: %w", err)
	}
	return nil
}
