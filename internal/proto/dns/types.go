package dns

import "strconv"

// The record types that need to be known by number:
// https://www.iana.org/assignments/dns-parameters.
const (
	typeA     = 1
	typeNS    = 2
	typeCNAME = 5
	typeSOA   = 6
	typePTR   = 12
	typeHINFO = 13
	typeMX    = 15
	typeTXT   = 16
	typeAAAA  = 28
	typeNB    = 32 // NetBIOS name service, RFC 1002; NIMLOC by IANA, unused
	typeSRV   = 33 // NBSTAT in the NetBIOS name service
	typeDNAME = 39
	typeOPT   = 41
	typeIXFR  = 251
	typeAXFR  = 252
)

// Where the type space has holes: nothing is assigned between these.
const (
	lastDataType   = 128
	firstQueryType = 249
	lastLowType    = 263
	firstHighType  = 32768
	lastHighType   = 32770
	firstPrivate   = 65280
	lastPrivate    = 65534
)

// spanPrefix begins every span name.
const spanPrefix = "DNS "

// typeNames are the span names of the registered types; what follows the
// prefix is the type's mnemonic. One string for both, so that neither is built.
var typeNames = [lastLowType + 1]string{
	1: "DNS A", 2: "DNS NS", 3: "DNS MD", 4: "DNS MF", 5: "DNS CNAME", 6: "DNS SOA", 7: "DNS MB", 8: "DNS MG",
	9: "DNS MR", 10: "DNS NULL", 11: "DNS WKS", 12: "DNS PTR", 13: "DNS HINFO", 14: "DNS MINFO", 15: "DNS MX",
	16: "DNS TXT", 17: "DNS RP", 18: "DNS AFSDB", 19: "DNS X25", 20: "DNS ISDN", 21: "DNS RT", 22: "DNS NSAP",
	23: "DNS NSAP-PTR", 24: "DNS SIG", 25: "DNS KEY", 26: "DNS PX", 27: "DNS GPOS", 28: "DNS AAAA", 29: "DNS LOC",
	30: "DNS NXT", 31: "DNS EID", 32: "DNS NIMLOC", 33: "DNS SRV", 34: "DNS ATMA", 35: "DNS NAPTR", 36: "DNS KX",
	37: "DNS CERT", 38: "DNS A6", 39: "DNS DNAME", 40: "DNS SINK", 41: "DNS OPT", 42: "DNS APL", 43: "DNS DS",
	44: "DNS SSHFP", 45: "DNS IPSECKEY", 46: "DNS RRSIG", 47: "DNS NSEC", 48: "DNS DNSKEY", 49: "DNS DHCID",
	50: "DNS NSEC3", 51: "DNS NSEC3PARAM", 52: "DNS TLSA", 53: "DNS SMIMEA", 55: "DNS HIP", 56: "DNS NINFO",
	57: "DNS RKEY", 58: "DNS TALINK", 59: "DNS CDS", 60: "DNS CDNSKEY", 61: "DNS OPENPGPKEY", 62: "DNS CSYNC",
	63: "DNS ZONEMD", 64: "DNS SVCB", 65: "DNS HTTPS", 66: "DNS DSYNC", 67: "DNS HHIT", 68: "DNS BRID",
	99: "DNS SPF", 100: "DNS UINFO", 101: "DNS UID", 102: "DNS GID", 103: "DNS UNSPEC", 104: "DNS NID", 105: "DNS L32",
	106: "DNS L64", 107: "DNS LP", 108: "DNS EUI48", 109: "DNS EUI64", 128: "DNS NXNAME",
	249: "DNS TKEY", 250: "DNS TSIG", 251: "DNS IXFR", 252: "DNS AXFR", 253: "DNS MAILB", 254: "DNS MAILA",
	255: "DNS ANY", 256: "DNS URI", 257: "DNS CAA", 258: "DNS AVC", 259: "DNS DOA", 260: "DNS AMTRELAY",
	261: "DNS RESINFO", 262: "DNS WALLET", 263: "DNS CLA",
}

// typeName is a record type's mnemonic; TYPE123 where there is none (RFC 3597 section 5).
func typeName(t uint16) string {
	if int(t) < len(typeNames) && typeNames[t] != "" {
		return typeNames[t][len(spanPrefix):]
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// assignedType tells whether a question of this type is to be expected. NB is
// taken for what uses that number in practice, NetBIOS.
func assignedType(t uint16) bool {
	switch {
	case t == 0 || t == typeNB || t == typeOPT:
		return false
	default:
		return t <= lastDataType ||
			t >= firstQueryType && t <= lastLowType ||
			t >= firstHighType && t <= lastHighType ||
			t >= firstPrivate && t <= lastPrivate
	}
}

// The classes (RFC 1035 section 3.2.4, RFC 2136 section 1.3).
const (
	classIN   = 1
	classCH   = 3
	classHS   = 4
	classNone = 254
	classAny  = 255
)

// assignedClass tells whether a question of this class is to be expected.
// Multicast DNS sets the highest bit.
func assignedClass(c uint16) bool {
	switch c {
	case classIN, classCH, classHS, classNone, classAny:
		return true
	}
	return false
}

// The operation codes.
const (
	opQuery      = 0
	opIQuery     = 1
	opStatus     = 2
	opUnassigned = 3
	opNotify     = 4
	opUpdate     = 5
	opDSO        = 6
)

// opNames are the span names of the operations, as typeNames are of the types.
var opNames = [...]string{
	opQuery: "DNS QUERY", opIQuery: "DNS IQUERY", opStatus: "DNS STATUS", opNotify: "DNS NOTIFY", opUpdate: "DNS UPDATE",
}

func opName(op uint8) string { return opNames[op][len(spanPrefix):] }

// spanName says what was asked, never of whom: DNS and the type, or the
// operation when it is no query. Types without a mnemonic share one name.
func spanName(op uint8, qtype uint16) string {
	switch {
	case op != opQuery:
		return opNames[op]
	case int(qtype) < len(typeNames) && typeNames[qtype] != "":
		return typeNames[qtype]
	default:
		return "DNS"
	}
}

// The response codes that decide something.
const (
	rcodeNoError  = 0
	rcodeServFail = 2
	rcodeNotImp   = 4
)

// rcodeNames are the response codes, the extended ones of RFC 6891 included.
var rcodeNames = [...]string{
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH",
	"NOTZONE", "DSOTYPENI", 16: "BADVERS", 17: "BADKEY", 18: "BADTIME", 19: "BADMODE", 20: "BADNAME", 21: "BADALG",
	22: "BADTRUNC", 23: "BADCOOKIE",
}

// rcodeName is a response code's name; RCODE12 where there is none. There are at most 4096.
func rcodeName(r uint16) string {
	if int(r) < len(rcodeNames) && rcodeNames[r] != "" {
		return rcodeNames[r]
	}
	return "RCODE" + strconv.Itoa(int(r))
}
