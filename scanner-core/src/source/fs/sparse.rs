//! Reading a file with holes: what is not there is not read, and comes as the zeros that it stands for.
//!
//! A file of terabytes may take no room at all, and for each zero of it the system would have to find a page. Most of
//! the time that such a file takes goes there.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

/// What a block is, where the system counts blocks.
const BLOCK: u64 = 512;

/// A file and its holes.
pub(super) struct Sparse {
    file: File,
    at: u64,
    /// To where there is data, and from there to where there is none.
    data: u64,
    hole: u64,
}

impl Sparse {
    /// Reads a file from its beginning.
    pub(super) fn new(file: File) -> Sparse {
        let meta = file.metadata();
        let is_whole = meta.is_ok_and(|meta| meta.blocks().saturating_mul(BLOCK) >= meta.len());
        Sparse { file, at: 0, data: if is_whole { u64::MAX } else { 0 }, hole: 0 }
    }

    /// Finds out what is here, and says whether there is anything.
    fn look(&mut self) -> io::Result<bool> {
        match seek(&self.file, SeekFrom::Data(self.at)) {
            Ok(at) if at == self.at => {
                self.data =
                    seek(&self.file, SeekFrom::Hole(at)).map_or(u64::MAX, |end| end.max(at + 1));
                seek(&self.file, SeekFrom::Start(at))?;
            }
            Ok(at) => self.hole = at,
            // There is no more data.
            Err(Errno::NXIO) => {
                self.hole = self.file.metadata()?.len();
                return Ok(self.hole > self.at);
            }
            // The file system knows no holes.
            Err(_) => {
                seek(&self.file, SeekFrom::Start(self.at))?;
                self.data = u64::MAX;
            }
        }
        Ok(true)
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.data && self.at >= self.hole && !self.look()? {
            return Ok(0);
        }
        let part =
            |end: u64| buffer.len().min(usize::try_from(end - self.at).unwrap_or(usize::MAX));
        let count = if self.at < self.data {
            let most = part(self.data);
            self.file.read(&mut buffer[..most])?
        } else {
            let most = part(self.hole);
            buffer[..most].fill(0);
            most
        };
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::FileExt;

    use super::*;

    /// Whatever is where, it reads as the file does.
    #[test]
    fn it_reads_as_the_file_does() {
        let page = 64 << 10;
        let places: [&[u64]; 6] =
            [&[], &[0], &[5 * page], &[0, 5 * page, 9 * page], &[page, page + 7], &[3 * page - 2]];
        for places in places {
            for length in [0, 1, 10 * page, 10 * page + 3] {
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join("file");
                let mut file = File::create(&path).unwrap();
                file.set_len(length).unwrap();
                for &at in places.iter().filter(|&&at| at < length) {
                    file.write_all_at(b"data", at).unwrap();
                }
                file.flush().unwrap();
                let expected = std::fs::read(&path).unwrap();
                for piece in [1 << 12, 1 << 16, 1 << 20] {
                    let mut sparse = Sparse::new(File::open(&path).unwrap());
                    let (mut all, mut buffer) = (Vec::new(), vec![7; piece]);
                    loop {
                        match sparse.read(&mut buffer).unwrap() {
                            0 => break,
                            count => all.extend_from_slice(&buffer[..count]),
                        }
                    }
                    assert!(all == expected, "{places:?} {length} {piece}");
                }
            }
        }
    }

    /// One that is cut while it is read ends; one that grows goes on.
    #[test]
    fn a_file_that_changes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let file = File::create(&path).unwrap();
        file.set_len(1 << 20).unwrap();
        let mut sparse = Sparse::new(File::open(&path).unwrap());
        let mut buffer = vec![1; 1 << 20];
        assert_eq!(sparse.read(&mut buffer).unwrap(), 1 << 20);
        file.write_all_at(b"more", 1 << 20).unwrap();
        assert_eq!(sparse.read(&mut buffer).unwrap(), 4);
        assert_eq!(&buffer[..4], b"more");
        file.set_len(10).unwrap();
        assert_eq!(sparse.read(&mut buffer).unwrap(), 0);
    }
}
