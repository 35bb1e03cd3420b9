//! The folder that keeps private keys: outside the store, for its owner alone.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::TrustError;
use crate::domain::command::Request;
use crate::domain::keys::{KeyOnRecord, Keys};
use crate::proof::key::{KEY_BYTES_MAX, SecretKey, VerifierKey};
use crate::service::Service;
use crate::service::error::QueryError;
use crate::service::execute::Execution;

/// The ending of a key's file.
const ENDING: &str = "key";

/// Others than the owner: any of these bits in a mode lets them in.
const OTHERS: u32 = 0o077;

/// A folder of private keys.
#[derive(Clone, Debug)]
pub struct Keyring {
    folder: PathBuf,
}

/// The path of a folder that may not be there yet, without detours.
fn straight(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = path.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    match known {
        Some((part, known)) => path.strip_prefix(part).map_or(known.clone(), |rest| known.join(rest)),
        None => path,
    }
}

impl Keyring {
    /// The keys in a folder, which must not lie in the store.
    ///
    /// # Errors
    ///
    /// [`TrustError::KeysInStore`] or [`TrustError::KeysOpen`].
    pub fn new(folder: PathBuf, store: &Path) -> Result<Self, TrustError> {
        if straight(&folder).starts_with(straight(store)) {
            return Err(TrustError::KeysInStore { folder, store: store.to_owned() });
        }
        for_its_owner(&folder)?;
        Ok(Self { folder })
    }

    /// The file of a key.
    #[must_use]
    pub fn file(&self, key: &VerifierKey) -> PathBuf {
        self.folder.join(format!("{}.{ENDING}", key.id()))
    }

    /// The private half of a key.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where it is not there, not private, or not that of this key.
    pub fn secret(&self, key: &VerifierKey) -> Result<SecretKey, TrustError> {
        let path = self.file(key);
        let fault = |source| TrustError::File { path: path.clone(), source };
        let elsewhere =
            || TrustError::KeyElsewhere { key: format!("{}+{}", key.name(), key.id()), folder: self.folder.clone() };
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(elsewhere()),
            opened => opened.map_err(fault)?,
        };
        for_its_owner(&path)?;
        let mut text = String::new();
        file.take(KEY_BYTES_MAX as u64 + 64).read_to_string(&mut text).map_err(fault)?;
        let secret =
            SecretKey::parse(text.trim_end()).map_err(|source| TrustError::KeyFile { path: path.clone(), source })?;
        if secret.public() == key { Ok(secret) } else { Err(elsewhere()) }
    }

    /// Keeps a key in a file of its own, durably, before anything is signed with it.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where the folder is open to others, or the file system refuses.
    pub fn keep(&self, key: &SecretKey) -> Result<PathBuf, TrustError> {
        let path = self.file(key.public());
        let fault = |source| TrustError::File { path: path.clone(), source };
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(fault)?;
        for_its_owner(&self.folder)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(fault)?;
        file.write_all(format!("{}\n", key.to_text()).as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
        Ok(path)
    }
}

/// Refuses a file or folder that others than its owner may use; one that is not there harms nobody.
fn for_its_owner(path: &Path) -> Result<(), TrustError> {
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
        if mode & OTHERS != 0 {
            return Err(TrustError::KeysOpen { path: path.to_owned(), mode });
        }
    }
    Ok(())
}

/// A key that was made and put on record.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The key.
    pub key: KeyOnRecord,
    /// The file of its private half.
    pub file: PathBuf,
}

impl Service {
    /// The keys on record.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read.
    pub async fn keys(&self) -> Result<Keys, QueryError> {
        Ok(Keys::of(self.register().await?.facts()))
    }

    /// Makes the first key of the register, keeps its private half and puts its public half on record.
    ///
    /// Heads are signed under `name`, which nobody else's may bear; without one it is made of chance.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where there is a key already, or it cannot be kept or recorded.
    pub async fn new_key(
        &self,
        name: Option<&str>,
        keyring: &Keyring,
        execution: &Execution,
    ) -> Result<NewKey, TrustError> {
        if let Some(now) = self.keys().await?.current() {
            return Err(TrustError::KeyThere { key: format!("{}+{}", now.key.name(), now.key.id()) });
        }
        let made = format!("servanda/{}", self.ids.uuid(self.now()));
        self.put_on_record("adopt-key", name.unwrap_or(&made), None, keyring, execution).await
    }

    /// Makes a key that takes the place of the one on record.
    ///
    /// # Errors
    ///
    /// As for [`Service::new_key`].
    pub async fn rotate_key(
        &self,
        reason: &str,
        keyring: &Keyring,
        execution: &Execution,
    ) -> Result<NewKey, TrustError> {
        let keys = self.keys().await?;
        let now = keys.current().ok_or(TrustError::NoKey)?;
        self.put_on_record("rotate-key", now.key.name(), Some(reason), keyring, execution).await
    }

    async fn put_on_record(
        &self,
        verb: &str,
        name: &str,
        reason: Option<&str>,
        keyring: &Keyring,
        execution: &Execution,
    ) -> Result<NewKey, TrustError> {
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&self.ids.bytes());
        seed[16..].copy_from_slice(&self.ids.bytes());
        let secret = SecretKey::of_seed(name, &seed)?;
        let mut object = serde_json::Map::new();
        let mut say = |field: &str, value: &str| object.insert(field.to_owned(), value.into());
        say("command", verb);
        say("agreement", crate::domain::id::Reference::REGISTER);
        say("key", secret.public().as_str());
        reason.map(|reason| say("reason", reason));
        let request = Request::from_json(object).map_err(crate::service::error::ExecuteError::from)?;
        // Whatever refuses it does so before a key is left behind that signs nothing.
        self.execute(&request, &Execution { dry_run: true, ..execution.clone() }).await?;
        let file = keyring.keep(&secret)?;
        self.execute(&request, execution).await?;
        let keys = self.keys().await?;
        let key = keys.all().iter().find(|known| known.key == *secret.public()).cloned();
        Ok(NewKey { key: key.ok_or(TrustError::NoKey)?, file })
    }
}
