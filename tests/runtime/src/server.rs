//! HTTP on this machine, with small packets sent at once.

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

/// Serves `router` until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, router: Router) {
    let listener = listener.tap_io(|connection| {
        // Where it cannot be set, figures are worse, not wrong.
        let _ = connection.set_nodelay(true);
    });
    let _ = axum::serve(listener, router).await;
}
