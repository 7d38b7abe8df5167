"""The signature on a receipt, where the association has a certificate (PAdES, ETSI EN 319 142)."""

import datetime as dt
import io
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from portal import clock
from portal.pdf import Seal, check_seal
from portal.receipts import paper
from portal.settings import Settings
from tests.conftest import SECRET
from tests.receipts.papers import frozen, printed

PASSWORD = "mot de passe à accents"
DAY = dt.timedelta(days=1)


def certificate(
    path: Path, password: str = PASSWORD, *, begins: int = -1, ends: int = 30, with_key: bool = True
) -> Seal:
    """A self-signed certificate, valid between these days from today."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Les Mains Ouvertes")])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() + begins * DAY)
        .not_valid_after(clock.now() + ends * DAY)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    locked = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    path.write_bytes(serialize_key_and_certificates(b"receipts", key if with_key else None, made, None, locked))
    return Seal(str(path), password, "Reçu fiscal")


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return certificate(tmp_path_factory.mktemp("seal") / "receipts.p12")


@pytest.fixture(scope="module")
def signed(seal: Seal) -> bytes:
    return printed(frozen(), seal=seal)


def verdict(content: bytes) -> PdfSignatureStatus:
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[signature.signer_cert]))


def test_the_signature_is_valid_covers_all_and_allows_no_change(signed: bytes) -> None:
    found = verdict(signed)
    assert found.bottom_line
    assert found.docmdp_ok
    assert found.coverage is SignatureCoverageLevel.ENTIRE_FILE
    [signature] = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level.name == "NO_CHANGES"
    assert signature.signer_cert.subject.human_friendly == "Common Name: Les Mains Ouvertes"


def test_the_unsigned_bytes_stay_as_they_are_in_front_of_it(signed: bytes) -> None:
    plain = printed(frozen())
    assert signed.startswith(plain)
    assert len(signed) > len(plain)


def test_it_is_still_pdf_a_with_its_data(signed: bytes) -> None:
    with pikepdf.open(io.BytesIO(signed)) as document:
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
        assert document.Root.AF[0].EF.F.read_bytes()
        assert bool(document.Root.MarkInfo.Marked)


@pytest.mark.parametrize(("written", "changed"), [(b"D:20260120", b"D:20260121"), (b"/Length 2553", b"/Length 2554")])
def test_one_changed_byte_is_noticed(signed: bytes, written: bytes, changed: bytes) -> None:
    assert written in printed(frozen())
    found = verdict(signed.replace(written, changed, 1))
    assert not found.intact
    assert not found.bottom_line


def test_what_is_added_behind_it_is_noticed(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Lang"] = pdf_string("en")
    writer.update_root()
    longer = io.BytesIO()
    writer.write(longer)
    assert longer.getvalue().startswith(signed)
    assert not verdict(longer.getvalue()).bottom_line


def test_a_certificate_that_works_is_taken(seal: Seal, tmp_path: Path) -> None:
    check_seal(seal)
    check_seal(certificate(tmp_path / "open.p12", password=""))


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_is_named(seal: Seal, password: str) -> None:
    with pytest.raises(ValueError, match=r"RECEIPT_CERTIFICATE cannot be read: .* the password right"):
        check_seal(Seal(seal.path, password, seal.reason))


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_that_is_no_certificate_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "receipts.p12"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="RECEIPT_CERTIFICATE cannot be read: is it PKCS#12"):
        check_seal(Seal(str(path), PASSWORD, ""))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RECEIPT_CERTIFICATE cannot be read"):
        check_seal(Seal(str(tmp_path / "nowhere.p12"), PASSWORD, ""))


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RECEIPT_CERTIFICATE cannot be read"):
        check_seal(certificate(tmp_path / "keyless.p12", with_key=False))


@pytest.mark.parametrize(("begins", "ends"), [(-30, -1), (1, 30)])
def test_a_certificate_that_is_not_valid_today_is_refused(tmp_path: Path, begins: int, ends: int) -> None:
    with pytest.raises(ValueError, match=r"RECEIPT_CERTIFICATE is valid from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d only"):
        check_seal(certificate(tmp_path / "other-days.p12", begins=begins, ends=ends))


def test_the_password_is_shown_nowhere(seal: Seal) -> None:
    assert PASSWORD not in repr(seal)


def test_without_a_certificate_nothing_is_signed() -> None:
    settings = Settings(database_url="postgresql://nowhere", secret_key=SECRET)
    assert paper.seal(settings) is None
    with pikepdf.open(io.BytesIO(printed(frozen()))) as document:
        assert "/AcroForm" not in document.Root
