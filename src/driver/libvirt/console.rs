//! A domain's serial console as a stream of bytes, both ways.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::mpsc,
};
use virt::{connect::Connect, stream::Stream, sys};

use super::{LibvirtError, connections::Connections};

/// How many bytes wait on each way.
const ROOM: usize = 64 << 10;
/// How many bytes are moved at once.
const PIECE: usize = 4096;

/// Opens the console of the domain `name`; a console that somebody else has open is taken over. Dropping the
/// stream closes it.
pub(super) async fn open(connections: &Connections, name: &str) -> Result<DuplexStream, LibvirtError> {
    // A console occupies its connection as long as it is open.
    let name = name.to_owned();
    let open = move |connect: &Connect| {
        let domain = connect.lookup_domain_by_name(&name)?;
        let stream = Stream::new(connect, 0)?;
        domain.open_console(None, &stream, sys::VIR_DOMAIN_CONSOLE_FORCE)?;
        Ok(stream)
    };
    let stream = connections.apart(open).await?;
    let (ours, theirs) = tokio::io::duplex(ROOM);
    let (reader, writer) = tokio::io::split(ours);
    let input = stream.clone();
    start("console-out", move || read_all(&stream), reader_task(writer))?;
    start_input(input, reader)?;
    Ok(theirs)
}

type Pieces = mpsc::Receiver<Vec<u8>>;

/// Carries what the guest prints to the caller.
fn reader_task<W: tokio::io::AsyncWrite + Unpin + Send + 'static>(
    mut writer: W,
) -> impl FnOnce(Pieces) -> tokio::task::JoinHandle<()> {
    move |mut pieces| {
        tokio::spawn(async move {
            while let Some(piece) = pieces.recv().await {
                if writer.write_all(&piece).await.is_err() {
                    return;
                }
            }
            if let Err(error) = writer.shutdown().await {
                tracing::debug!(%error, "the console's reader left first");
            }
        })
    }
}

/// Runs `produce` on a thread and feeds what it sends to `consume`.
fn start(
    thread: &str,
    produce: impl FnOnce() -> Box<dyn FnOnce(mpsc::Sender<Vec<u8>>) + Send> + Send + 'static,
    consume: impl FnOnce(Pieces) -> tokio::task::JoinHandle<()>,
) -> Result<(), LibvirtError> {
    let (sender, pieces) = mpsc::channel(ROOM / PIECE);
    let failed = |error| LibvirtError::Impossible { reason: format!("cannot start a thread: {error}") };
    std::thread::Builder::new().name(thread.to_owned()).spawn(move || produce()(sender)).map_err(failed)?;
    drop(consume(pieces));
    Ok(())
}

fn read_all(stream: &Stream) -> Box<dyn FnOnce(mpsc::Sender<Vec<u8>>) + Send> {
    let stream = stream.clone();
    Box::new(move |sender| {
        let mut buffer = [0_u8; PIECE];
        while let Ok(count @ 1..) = stream.recv(&mut buffer).map(isize::unsigned_abs) {
            if sender.blocking_send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    })
}

/// Carries what the caller types to the guest, and closes the stream when the caller leaves.
fn start_input<R: tokio::io::AsyncRead + Unpin + Send + 'static>(
    stream: Stream,
    mut reader: R,
) -> Result<(), LibvirtError> {
    let (sender, mut pieces) = mpsc::channel::<Vec<u8>>(ROOM / PIECE);
    tokio::spawn(async move {
        let mut buffer = [0_u8; PIECE];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            if sender.send(buffer[..count].to_vec()).await.is_err() {
                break;
            }
        }
    });
    let send = move || {
        while let Some(piece) = pieces.blocking_recv() {
            let mut rest = piece.as_slice();
            while let Ok(count @ 1..) = stream.send(rest).map(isize::unsigned_abs) {
                rest = &rest[count.min(rest.len())..];
                if rest.is_empty() {
                    break;
                }
            }
        }
        if let Err(error) = stream.abort() {
            tracing::debug!(%error, "the console was closed by the other side");
        }
    };
    let failed = |error| LibvirtError::Impossible { reason: format!("cannot start a thread: {error}") };
    std::thread::Builder::new().name("console-in".to_owned()).spawn(send).map(drop).map_err(failed)
}
