//! What passes the tables is first written down, with as few branches as there can be, and then looked up among the
//! hashes: to decide at each position would be to guess wrong at many of them.

use crate::compile::filter::Filter;

/// Writes `base` and the number of each bit of the mask, and says how many there are. So many at a time as
/// there mostly are, are written, and what is written of those that are not there does not count.
///
/// # Safety
/// There must be room for sixty-four numbers.
#[inline(always)]
pub(super) unsafe fn write_down<const AT_A_TIME: usize>(
    mut mask: u64,
    base: u32,
    out: *mut u32,
) -> usize {
    let count = mask.count_ones() as usize;
    let mut written = 0;
    loop {
        for place in written..written + AT_A_TIME {
            // SAFETY: `written` is a multiple of `AT_A_TIME`, which divides sixty-four, and below `count`, or zero: the room is not exceeded.
            // Volatile, because several made into one vector cost more.
            unsafe { out.add(place).write_volatile(base + mask.trailing_zeros()) };
            mask &= mask.wrapping_sub(1);
        }
        written += AT_A_TIME;
        if written >= count {
            return count;
        }
    }
}

impl Filter {
    /// Keeps, from the `first` on, the positions whose four bytes have a known hash, behind those that are `kept`.
    ///
    /// # Safety
    /// Each must have four bytes in the haystack.
    #[inline(always)]
    pub(super) unsafe fn keep_known(
        &self,
        haystack: &[u8],
        positions: &mut Vec<u32>,
        first: usize,
        mut kept: usize,
    ) {
        for index in first..positions.len() {
            let position = positions[index];
            // SAFETY: by the contract there are four bytes, and a window has no need of alignment.
            let window =
                unsafe { haystack.as_ptr().add(position as usize).cast::<u32>().read_unaligned() };
            positions[kept] = position;
            kept += usize::from(self.knows(window));
        }
        positions.truncate(kept);
    }
}
