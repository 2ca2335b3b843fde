package goruntime

// Forms that are treated on their own (DWARF 5, section 7.5.6).
const (
	formString        = 0x08
	formUdata         = 0x0f
	formImplicitConst = 0x21
)

// sizes are those of the forms that differ between versions of the format.
type sizes struct{ refAddr int }

// refAddrSize: version 2 wrote references to other units as addresses.
func refAddrSize(version uint16) int {
	if version == 2 {
		return 8
	}
	return 4
}

// skip passes over an attribute's value. False: a form that is not known.
func (s sizes) skip(c *cursor, form uint64) bool {
	switch form {
	case 0x19, formImplicitConst: // flag_present
	case 0x0b, 0x0c, 0x11, 0x25, 0x29: // data1, flag, ref1, strx1, addrx1
		c.Skip(1)
	case 0x05, 0x12, 0x26, 0x2a: // data2, ref2, strx2, addrx2
		c.Skip(2)
	case 0x27, 0x2b: // strx3, addrx3
		c.Skip(3)
	case 0x06, 0x0e, 0x13, 0x17, 0x1c, 0x1d, 0x1f, 0x28, 0x2c, // data4, strp, ref4, sec_offset, ref_sup4, strp_sup, line_strp, strx4, addrx4
		0x1f20, 0x1f21: // GNU_ref_alt, GNU_strp_alt
		c.Skip(4)
	case 0x01, 0x07, 0x14, 0x20, 0x24: // addr, data8, ref8, ref_sig8, ref_sup8
		c.Skip(8)
	case 0x1e: // data16
		c.Skip(16)
	case 0x10: // ref_addr
		c.Skip(s.refAddr)
	case formString:
		c.text()
	case 0x0d, formUdata, 0x15, 0x1a, 0x1b, 0x22, 0x23: // sdata, ref_udata, strx, addrx, loclistx, rnglistx
		c.uleb()
	case 0x0a: // block1
		c.run(uint64(c.U8()))
	case 0x03: // block2
		c.run(uint64(c.u16()))
	case 0x04: // block4
		c.run(uint64(c.u32()))
	case 0x09, 0x18: // block, exprloc
		c.run(c.uleb())
	default:
		return false
	}
	return true
}
