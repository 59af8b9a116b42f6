//! Means and shares, each with its 95 % interval.
//!
//! - A mean has Student's interval, *mean ± t · s / √n* (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.2), cut at the ends of
//!   the scale. It supposes customers that do not depend on each other, and for few of them scores that are about normal.
//! - A share has Wilson's interval (E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
//!   American Statistical Association 22, 1927), which stays within 0 and 1 and is good for small numbers too.

use serde::Serialize;

/// The quantile of the normal distribution at 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// Student's quantile at 97.5 % for 1 to 10 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
const T: [f64; 10] = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281];

/// A mean of numbers from 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Mean {
    /// How many numbers.
    pub n: usize,
    /// Their mean; `None` where there are none.
    pub mean: Option<f64>,
    /// Lower end of the interval; `None` below two numbers.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Mean {
    /// The mean of these numbers, in their order.
    pub fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let numbers: Vec<f64> = numbers.collect();
        let n = numbers.len();
        if n == 0 {
            return Self::default();
        }
        let count = n as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let width = (n > 1).then(|| {
            let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / (count - 1.0);
            student(n - 1) * (variance / count).sqrt()
        });
        let (low, high) = (width.map(|width| (mean - width).max(0.0)), width.map(|width| (mean + width).min(100.0)));
        Self { n, mean: Some(mean), low, high }
    }
}

/// Student's quantile at 97.5 %. From 11 degrees of freedom on by the expansion of Abramowitz and Stegun, "Handbook of Mathematical
/// Functions", 26.7.5, which is then right to five digits.
fn student(freedom: usize) -> f64 {
    if let Some(quantile) = freedom.checked_sub(1).and_then(|place| T.get(place)) {
        return *quantile;
    }
    let (z, v) = (Z, freedom as f64);
    let g1 = (z.powi(3) + z) / 4.0;
    let g2 = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let g3 = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    z + g1 / v + g2 / v.powi(2) + g3 / v.powi(3)
}

/// A share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Share {
    /// Of how many.
    pub n: usize,
    /// How many.
    pub count: usize,
    /// `count / n`, 0-1; `None` where `n` is 0.
    pub share: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Share {
    /// The share of `count` in `n`; no more than all.
    pub fn of(count: usize, n: usize) -> Self {
        let count = count.min(n);
        if n == 0 {
            return Self::default();
        }
        let (trials, share) = (n as f64, count as f64 / n as f64);
        let below = 1.0 + Z * Z / trials;
        let middle = (share + Z * Z / (2.0 * trials)) / below;
        let width = Z / below * (share * (1.0 - share) / trials + Z * Z / (4.0 * trials * trials)).sqrt();
        // At none and at all, the ends are the share itself; rounding must not take them past it.
        let (low, high) = ((middle - width).clamp(0.0, share), (middle + width).clamp(share, 1.0));
        Self { n, count, share: Some(share), low: Some(low), high: Some(high) }
    }
}
