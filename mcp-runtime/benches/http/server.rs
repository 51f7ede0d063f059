//! A server under load: a child process, and what the kernel and the process itself know of its costs.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Result, ours, raw, rmcp, runtime};

/// A process that serves until its stdin ends.
pub(crate) struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    /// From the process's start to the line that says that it listens.
    pub(crate) started_in: Duration,
}

impl Server {
    pub(crate) fn start(kind: &str) -> Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", kind])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or("a child without stdout")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let address = line
            .trim()
            .parse()
            .map_err(|error| format!("{kind} does not start: {error}: {line:?}"))?;
        Ok(Self {
            child,
            stdin,
            stdout,
            address,
            started_in: started.elapsed(),
        })
    }

    /// CPU time so far, of all threads.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut nanos = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let stat = fs::read_to_string(thread?.path().join("schedstat"))?;
            let running = stat.split_whitespace().next();
            nanos += running.ok_or("an empty schedstat")?.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Memory in use, in KiB.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        Ok(kib.ok_or("no VmRSS")?.parse()?)
    }

    /// Allocations since this was asked last.
    pub(crate) fn allocations(&mut self) -> Result<u64> {
        let stdin = self.stdin.as_mut().ok_or("a child without stdin")?;
        stdin.write_all(b"?")?;
        stdin.flush()?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It was ours alone, and nothing is lost with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The child's whole life.
pub(crate) fn serve(kind: &str) -> Result<()> {
    let runtime = runtime()?;
    let kind = kind.to_owned();
    runtime.spawn(async move {
        let address: SocketAddr = ([127, 0, 0, 1], 0).into();
        let served = match kind.split_once('.') {
            Some(("raw", kind)) => raw::serve(address, kind).await,
            Some(("rmcp", kind)) => rmcp::serve(address, kind).await,
            Some(("ours", kind)) => ours::serve(address, kind).await,
            _ => Err(format!("no server is called {kind}").into()),
        };
        // Where it does not start, the parent reads this in an address's place.
        println!("{served:?}");
    });
    let (asked, mut questions) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for byte in std::io::stdin().lock().bytes() {
            if byte.is_err() || asked.send(()).is_err() {
                return;
            }
        }
    });
    loop {
        let mut asked = None;
        // One thread does all the work, and it is this one: what it allocates is counted.
        let counted = allocation_counter::measure(|| asked = runtime.block_on(questions.recv()));
        match asked {
            Some(()) => println!("{}", counted.count_total),
            None => return Ok(()),
        }
    }
}

pub(crate) fn listening(address: SocketAddr) -> Result<()> {
    println!("{address}");
    Ok(std::io::stdout().flush()?)
}
