//! Keys that sign tree heads: Ed25519, in the text forms of C2SP signed-note.

use std::fmt;

use ed25519_dalek::SigningKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signed_note::{Signer as _, StandardSigner, StandardVerifier, Verifier as _};

/// The most bytes of a key's name.
pub const NAME_BYTES_MAX: usize = 128;

/// The most bytes of a key in its text form: name, id, 33 bytes in base64, and what is between them.
pub const KEY_BYTES_MAX: usize = NAME_BYTES_MAX + 80;

/// Why a text is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name cannot be one.
    #[error("a key's name is 1 to {NAME_BYTES_MAX} printable ASCII characters without blanks and without a plus")]
    Name,
    /// Not of the form.
    #[error("a verifier key is of the form NAME+ID+KEY, such as example.com/register+c74f20a3+ARpc2Q…")]
    Verifier,
    /// Not of the form; what was given is not repeated.
    #[error("it holds no signing key of the form PRIVATE+KEY+NAME+ID+KEY")]
    Secret,
}

/// Whether a text can be the name of a key, and so the origin of a register's tree heads.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b'+')
}

/// A public key: who holds it can check signatures.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifierKey {
    text: String,
    verifier: StandardVerifier,
}

impl VerifierKey {
    /// Reads a key of the form `NAME+ID+KEY`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for another form, another algorithm than Ed25519, or an id that is not the key's.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.len() > KEY_BYTES_MAX || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(KeyError::Verifier);
        }
        let verifier = StandardVerifier::new(text).map_err(|_| KeyError::Verifier)?;
        if !is_name(verifier.name()) {
            return Err(KeyError::Name);
        }
        let key = Self { text: text.to_owned(), verifier };
        // One key has one text, so that texts can be compared.
        let is_plain = text.get(key.name().len() + 1..).is_some_and(|rest| rest.starts_with(&key.id()));
        if is_plain { Ok(key) } else { Err(KeyError::Verifier) }
    }

    /// The key's name, which is the origin of the heads that it signs.
    #[must_use]
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// The key's id: eight hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{:08x}", self.verifier.key_id())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn verifier(&self) -> &StandardVerifier {
        &self.verifier
    }
}

impl PartialEq for VerifierKey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for VerifierKey {}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for VerifierKey {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::parse(&text)
    }
}

impl From<VerifierKey> for String {
    fn from(key: VerifierKey) -> Self {
        key.text
    }
}

impl JsonSchema for VerifierKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VerifierKey".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "maxLength": KEY_BYTES_MAX,
            "pattern": "^[!-*,-~]{1,128}\\+[0-9a-f]{8}\\+[A-Za-z0-9+/]{44}$"
        })
    }
}

/// A private key: who holds it can sign. It shows itself nowhere but in [`SecretKey::to_text`].
pub struct SecretKey {
    text: String,
    signer: StandardSigner,
    public: VerifierKey,
}

impl SecretKey {
    /// The key of a seed, which nobody may be able to guess.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`].
    pub fn of_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = SigningKey::from_bytes(seed);
        let public = VerifierKey::parse(&signed_note::new_ed25519_verifier_key(name, &key.verifying_key()))?;
        let secret = super::file::base64(&[&[1], seed.as_slice()].concat());
        let text = format!("PRIVATE+KEY+{name}+{}+{secret}", public.id());
        let signer = StandardSigner::new(&text).map_err(|_| KeyError::Secret)?;
        Ok(Self { text, signer, public })
    }

    /// Reads a key of the form `PRIVATE+KEY+NAME+ID+KEY`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for another form.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.splitn(5, '+');
        let (name, secret) = match (parts.nth(2), parts.nth(1)) {
            (Some(name), Some(secret)) if text.len() <= KEY_BYTES_MAX + 16 => (name, secret),
            _ => return Err(KeyError::Secret),
        };
        let bytes = super::file::unbase64(secret).ok_or(KeyError::Secret)?;
        let seed: [u8; 32] = match bytes.split_first() {
            Some((1, seed)) => seed.try_into().map_err(|_| KeyError::Secret)?,
            _ => return Err(KeyError::Secret),
        };
        let key = Self::of_seed(name, &seed)?;
        if key.text == text { Ok(key) } else { Err(KeyError::Secret) }
    }

    /// The key as it is kept in its file; nobody else may see it.
    #[must_use]
    pub fn to_text(&self) -> &str {
        &self.text
    }

    /// Its public half.
    #[must_use]
    pub const fn public(&self) -> &VerifierKey {
        &self.public
    }

    pub(super) fn sign(&self, text: &str) -> Option<signed_note::Signature> {
        let signature = self.signer.sign(text.as_bytes()).ok()?;
        signed_note::Signature::new(self.public.name().to_owned(), self.signer.key_id(), signature).ok()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}+{})", self.public.name(), self.public.id())
    }
}
