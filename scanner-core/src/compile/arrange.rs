//! Which window of a head the filter looks at, and which windows share a bucket: so that little passes by accident.
//!
//! Apart from the tables because it takes seconds of work and is done when the library is built. A user's few heads
//! are put where they fit ([`Filter::extend`]).
//!
//! What passes is counted on text: `windows.bin` holds four bytes each from 16,384 places in source code and
//! documentation (`tools/sample-windows` made it). A bucket lets those pass whose bytes are all in its sets, which is the
//! AND of a bitmap for each set, so to weigh a change takes microseconds. Bytes of text are not
//! independent of each other: by their frequencies alone, words look rare that are not. The frequencies still
//! count beside the sample, which holds only what is common.

use super::filter::{Filter, Look, WINDOW, Window, frequency};
use super::heads::{SLOTS, slot};

/// Four bytes each from places in source code, chosen by chance.
const SAMPLE: &[u8] = include_bytes!("windows.bin");

/// How many windows the sample has.
const SAMPLED: usize = SAMPLE.len() / WINDOW;

/// What it costs to look up what passes by right, beside what it costs that something passes; and what each other head
/// in its slot adds.
const LOOKED_UP: f64 = 0.5;
const CROWDED: f64 = 0.1;

/// How often each head is given a better place.
const ROUNDS: usize = 2;

/// Chooses a window for each head, and makes the tables for them.
pub fn arrange(look: Look, choices: &[Vec<Window>]) -> (Vec<Window>, Filter) {
    let (windows, buckets) = Arrangement::new(look).place_all(choices);
    let filter = Filter::new(look, windows.iter().copied().zip(buckets));
    (windows, filter)
}

/// A set of sampled windows.
type Passed = [u64; SAMPLED / 64];

/// What a bucket, or a window, allows in one table.
#[derive(Clone)]
struct Allowed {
    values: u128,
    passed: Box<Passed>,
}

/// What it allows in all of them: for each place of a window, as many tables as there are looks.
type Group = Vec<Allowed>;

struct Arrangement {
    looks: &'static [fn(u8) -> u8],
    buckets: Vec<Group>,
    /// For each table and each value of it, the sampled windows that have it.
    having: Vec<Vec<Passed>>,
    /// The same, and how many of all bytes have it.
    weights: Vec<Vec<f64>>,
}

impl Arrangement {
    fn new(look: Look) -> Arrangement {
        let looks = look.at();
        let tables = WINDOW * looks.len();
        let mut having = vec![vec![[0; SAMPLED / 64]; 128]; tables];
        for (index, window) in SAMPLE.chunks_exact(WINDOW).enumerate() {
            for table in 0..tables {
                let value = looks[table % looks.len()](window[table / looks.len()]);
                having[table][usize::from(value)][index / 64] |= 1 << (index % 64);
            }
        }
        let all: f64 = (0..=127).map(frequency).sum();
        let mut weights = vec![vec![0.0; 128]; tables];
        for table in 0..tables {
            for byte in 0..=127 {
                let value = looks[table % looks.len()](byte);
                weights[table][usize::from(value)] += frequency(byte) / all;
            }
        }
        let nothing = Allowed { values: 0, passed: Box::new([0; SAMPLED / 64]) };
        Arrangement { looks, buckets: vec![vec![nothing; tables]; look.buckets()], having, weights }
    }

    /// The window that is chosen for each head, and its bucket.
    fn place_all(mut self, choices: &[Vec<Window>]) -> (Vec<Window>, Vec<usize>) {
        let made: Vec<Vec<Group>> = choices
            .iter()
            .map(|windows| windows.iter().map(|window| self.group(window)).collect())
            .collect();
        let nothing = self.buckets[0].clone();
        // By itself; what has the most to lose is placed first.
        let alone: Vec<Vec<f64>> = made
            .iter()
            .map(|groups| groups.iter().map(|group| self.cost(&nothing, group)).collect())
            .collect();
        let rarest = |costs: &Vec<f64>| costs.iter().copied().fold(f64::INFINITY, f64::min);
        let mut order: Vec<usize> = (0..choices.len()).collect();
        order.sort_by(|&a, &b| rarest(&alone[b]).total_cmp(&rarest(&alone[a])));
        let mut placed: Vec<Option<(usize, usize)>> = vec![None; choices.len()];
        let mut in_slot = vec![0_u32; SLOTS];
        for _round in 0..ROUNDS {
            for &head in &order {
                if let Some((choice, bucket)) = placed[head].take() {
                    in_slot[slot_of(&choices[head][choice])] -= 1;
                    self.buckets[bucket] = nothing.clone();
                    for (other, place) in placed.iter().enumerate() {
                        if let Some((choice, _)) = place.filter(|&(_, other)| other == bucket) {
                            join(&mut self.buckets[bucket], &made[other][choice]);
                        }
                    }
                }
                let costs: Vec<f64> =
                    self.buckets.iter().map(|bucket| self.cost(bucket, &nothing)).collect();
                let places = (0..made[head].len())
                    .flat_map(|choice| (0..self.buckets.len()).map(move |bucket| (choice, bucket)));
                let (_, (choice, bucket)) = places
                    .map(|(choice, bucket)| {
                        let joined = self.cost(&self.buckets[bucket], &made[head][choice]);
                        let others = f64::from(in_slot[slot_of(&choices[head][choice])]);
                        let each = LOOKED_UP + CROWDED * others;
                        (joined - costs[bucket] + alone[head][choice] * each, (choice, bucket))
                    })
                    .min_by(|a, b| a.0.total_cmp(&b.0))
                    .expect("a head has a window");
                join(&mut self.buckets[bucket], &made[head][choice]);
                in_slot[slot_of(&choices[head][choice])] += 1;
                placed[head] = Some((choice, bucket));
            }
        }
        let placed = choices.iter().zip(placed).map(|(windows, place)| {
            let (choice, bucket) = place.expect("each round places every head");
            (windows[choice], bucket)
        });
        placed.unzip()
    }

    fn group(&self, window: &Window) -> Group {
        let tables = 0..WINDOW * self.looks.len();
        let allowed = tables.map(|table| {
            let look = self.looks[table % self.looks.len()];
            let mut allowed = Allowed { values: 0, passed: Box::new([0; SAMPLED / 64]) };
            let set = &window.places[table / self.looks.len()];
            for value in (0..=255).filter(|&byte| set.contains(byte)).map(look) {
                allowed.values |= 1 << value;
                let having = &self.having[table][usize::from(value)];
                allowed.passed.iter_mut().zip(having).for_each(|(all, own)| *all |= own);
            }
            allowed
        });
        allowed.collect()
    }

    /// How many windows pass what a bucket and a window allow together: of the sample, and by the bytes'
    /// frequencies.
    fn cost(&self, bucket: &Group, window: &Group) -> f64 {
        let mut passed = [u64::MAX; SAMPLED / 64];
        let mut expected = SAMPLED as f64;
        for ((one, other), weights) in bucket.iter().zip(window).zip(&self.weights) {
            let both = one.passed.iter().zip(&*other.passed).map(|(one, other)| one | other);
            passed.iter_mut().zip(both).for_each(|(passed, both)| *passed &= both);
            let mut values = one.values | other.values;
            let mut weight = 0.0;
            while values != 0 {
                weight += weights[values.trailing_zeros() as usize];
                values &= values - 1;
            }
            expected *= weight;
        }
        f64::from(passed.iter().map(|word| word.count_ones()).sum::<u32>()) + expected
    }
}

/// The slot in which a head with that window is looked up.
fn slot_of(window: &Window) -> usize {
    let byte = |place: usize| (0..=255).find(|&byte| window.places[place].contains(byte));
    let [a, b, c] = [0, 1, 2].map(|place| byte(place).unwrap_or_default());
    slot(u32::from_le_bytes([a, b, c, 0]))
}

fn join(bucket: &mut Group, window: &Group) {
    for (all, own) in bucket.iter_mut().zip(window) {
        all.values |= own.values;
        all.passed.iter_mut().zip(&*own.passed).for_each(|(all, own)| *all |= own);
    }
}
