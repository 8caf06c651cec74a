"""Texts with a signed C2PA manifest in them, by an implementation that is not ours (c2patxt 0.2.0, C2PA 2.4 A.8): a root,
a leaf for signing claims, three texts. Fictional parties; the keys are thrown away. Dates are far apart so that tests keep.

  pip install c2patxt==0.2.0; python make_c2pa_texts.py OUT.json
"""
import datetime, json, sys

from c2patxt import C2PA_CLAIM_SIGNING_EKU, Disclosure, EmbedContext, ModelType, Signer, embed
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
END = datetime.datetime(2040, 1, 1, tzinfo=datetime.timezone.utc)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text), x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(**given):
    of = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
    return x509.KeyUsage(**{**of, **given})


def certificate(subject, key, issuer, issuer_key, ca):
    public, above = key.public_key(), issuer_key.public_key()
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(public)
               .serial_number(x509.random_serial_number()).not_valid_before(START).not_valid_after(END)
               .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
               .add_extension(usage(key_cert_sign=True, crl_sign=True) if ca else usage(digital_signature=True), critical=True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False))
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([C2PA_CLAIM_SIGNING_EKU]), critical=False)
    return builder.sign(issuer_key, None)


root_key, key = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
root = certificate("Northwind Roots", root_key, "Northwind Roots", root_key, True)
leaf = certificate("Harbour Texts", key, "Northwind Roots", root_key, False)
signer = Signer(private_key=key, certificates=(leaf,))
disclosure = Disclosure(media_type="text/plain", model_type=ModelType.GENERIC)
texts = {
    "plain": "The ferry leaves at nine and comes back before dark.",
    "accents": "Le caf\u00e9 est ferm\u00e9 \u2014 on reviendra demain.\nZeile zwei: \u00dcber Nacht.",
    "emoji": "Sunny \u2600\ufe0f at noon, rain later \U0001f327\ufe0f.",
}
made = {n: embed(t, signer, disclosure, context=EmbedContext(when=datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc),
        algorithm={"plain": "sha256", "accents": "sha384", "emoji": "sha512"}[n])) for n, t in texts.items()}
json.dump({"root": root.public_bytes(Encoding.PEM).decode(), "texts": made}, open(sys.argv[1], "w"))
