package tlshello

import (
	"crypto/tls"
	"fmt"
	"slices"
)

// CipherName is a cipher suite as IANA registered it
// (https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-4);
// of a rare one the number: "0xC0A1".
func CipherName(id uint16) string {
	if name := ciphers[id]; name != "" {
		return name
	}
	return fmt.Sprintf("0x%04X", id)
}

// ciphers are the names of crypto/tls, which it would look for in a list made each time, and ours.
var ciphers = allCiphers()

func allCiphers() map[uint16]string {
	all := moreCiphers()
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		all[suite.ID] = suite.Name
	}
	return all
}

// moreCiphers are suites that crypto/tls has no name for, and that are met all the same.
func moreCiphers() map[uint16]string {
	return map[uint16]string{
		0x0001: "TLS_RSA_WITH_NULL_MD5",
		0x0002: "TLS_RSA_WITH_NULL_SHA",
		0x0003: "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
		0x0004: "TLS_RSA_WITH_RC4_128_MD5",
		0x0009: "TLS_RSA_WITH_DES_CBC_SHA",
		0x0013: "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",
		0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
		0x0032: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
		0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
		0x0034: "TLS_DH_anon_WITH_AES_128_CBC_SHA",
		0x0038: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
		0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
		0x003a: "TLS_DH_anon_WITH_AES_256_CBC_SHA",
		0x003b: "TLS_RSA_WITH_NULL_SHA256",
		0x003d: "TLS_RSA_WITH_AES_256_CBC_SHA256",
		0x0041: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA",
		0x0045: "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA",
		0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
		0x006b: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
		0x0084: "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA",
		0x0088: "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA",
		0x008c: "TLS_PSK_WITH_AES_128_CBC_SHA",
		0x008d: "TLS_PSK_WITH_AES_256_CBC_SHA",
		0x009e: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
		0x009f: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
		0x00a8: "TLS_PSK_WITH_AES_128_GCM_SHA256",
		0x00a9: "TLS_PSK_WITH_AES_256_GCM_SHA384",
		0x1304: "TLS_AES_128_CCM_SHA256",
		0x1305: "TLS_AES_128_CCM_8_SHA256",
		0xc008: "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
		0xc010: "TLS_ECDHE_RSA_WITH_NULL_SHA",
		0xc024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
		0xc028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
		0xc09c: "TLS_RSA_WITH_AES_128_CCM",
		0xc09d: "TLS_RSA_WITH_AES_256_CCM",
		0xc09e: "TLS_DHE_RSA_WITH_AES_128_CCM",
		0xc09f: "TLS_DHE_RSA_WITH_AES_256_CCM",
		0xc0a8: "TLS_PSK_WITH_AES_128_CCM_8",
		0xc0ac: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
		0xc0ad: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
		0xc0ae: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
		0xc0af: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
		0xccaa: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
		0xccab: "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256",
		0xccac: "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
	}
}
