"""Identifiers with valid check digits: USCC (GB 32100, with GB 11714 inside) and LEI (ISO 17442)."""

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_check(body):
    """Check character of an organisation code body of 8 characters."""
    digit = 11 - sum(w * int(c, 36) for w, c in zip(ORGANISATION_WEIGHTS, body)) % 11
    return {10: "X", 11: "0"}.get(digit, str(digit))


def uscc_check(first17):
    """Check character of the first 17 characters of a USCC."""
    return USCC_ALPHABET[(31 - sum(w * USCC_ALPHABET.index(c) for w, c in zip(USCC_WEIGHTS, first17)) % 31) % 31]


def uscc(department, region, number):
    """A USCC of a fictional body: the organisation code starts with FX, so that it can be told at sight."""
    body = "FX%06d" % number
    first17 = department + region + body + organisation_check(body)
    return first17 + uscc_check(first17)


def is_uscc(code):
    """Both checks."""
    return (len(code) == 18 and all(c in USCC_ALPHABET for c in code) and uscc_check(code[:17]) == code[17]
            and organisation_check(code[8:16]) == code[16])


def lei(number):
    """An LEI of a fictional body; FXFX is no prefix of an issuer."""
    first18 = "FXFX00FXTN%08d" % number
    return first18 + "%02d" % (98 - int("".join(str(int(c, 36)) for c in first18 + "00")) % 97)


def is_lei(code):
    """ISO 7064 MOD 97-10."""
    return len(code) == 20 and int("".join(str(int(c, 36)) for c in code)) % 97 == 1
