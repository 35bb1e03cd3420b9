//! One test per law and backend: to add a backend, add a row here.

/// Makes each law a test on every backend.
macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $law() {
                super::$law(crate::given::Bench::memory()).await;
            })*
        }
        mod sled {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $law() {
                super::$law(crate::given::Bench::sled()).await;
            })*
        }
        mod full {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $law() {
                super::$law(tokio::task::spawn_blocking(crate::given::Bench::full).await.unwrap()).await;
            })*
        }
    };
}
