//! Logistic regression with coefficients that are not negative.
//!
//! The chance that a customer leaves is *1 / (1 + e^-z)* with *z = intercept - sum of coefficient x points*, so that a coefficient of
//! 0 or more means: more points, less churn. What is minimised is *sum of log loss + penalty / 2 x sum of squared coefficients*; the
//! intercept is not penalised. It is scikit-learn's objective with *C = 1 / penalty*, and its solution where no coefficient is held at 0.
//!
//! The method is Bertsekas' projected Newton (1982): coefficients at 0 that the slope would push below it are held there, the others go a Newton
//! step, shortened until the objective falls, and what falls below 0 is set to 0. The objective is strictly convex in the
//! coefficients, so that there is one answer, found to a slope of 10^-9.

/// Steps after which the search ends in any case; ten are usual.
const MAX_STEPS: usize = 200;

/// The slope at which the answer is found.
const FLAT: f64 = 1e-9;

/// Share of the promised gain that a step must bring.
const ARMIJO: f64 = 1e-4;

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// *z* of a customer with 0 points everywhere.
    pub intercept: f64,
    /// By how much each feature lowers *z*; 0 or more.
    pub coefficients: Vec<f64>,
}

/// Features of customers, each row as long as the others, and whether each left.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// A row for each customer.
    pub rows: &'a [Vec<f64>],
    /// Whether it left.
    pub churned: &'a [bool],
}

impl Fit {
    /// *z* of a customer.
    fn z(&self, row: &[f64]) -> f64 {
        self.intercept - self.coefficients.iter().zip(row).map(|(coefficient, x)| coefficient * x).sum::<f64>()
    }

    /// The sum of the log losses of a sample.
    pub fn log_loss(&self, sample: Sample<'_>) -> f64 {
        let losses = sample.rows.iter().zip(sample.churned).map(|(row, churned)| {
            let z = self.z(row);
            softplus(z) - if *churned { z } else { 0.0 }
        });
        losses.sum()
    }
}

/// log(1 + e^z) without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

/// 1 / (1 + e^-z) without overflow.
fn logistic(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// Fits a sample with a penalty above 0. `None` when one side is empty: then nothing can be told apart.
pub fn fit(sample: Sample<'_>, penalty: f64) -> Option<Fit> {
    let features = sample.rows.first()?.len();
    let left = sample.churned.iter().filter(|churned| **churned).count();
    if left == 0 || left == sample.churned.len() {
        return None;
    }
    let odds = left as f64 / (sample.churned.len() - left) as f64;
    let mut fit = Fit { intercept: odds.ln(), coefficients: vec![0.0; features] };
    let mut value = objective(&fit, sample, penalty);
    for _ in 0..MAX_STEPS {
        let slope = Slope::new(&fit, sample, penalty);
        let free = slope.free(&fit);
        if free.iter().all(|place| slope.gradient.get(*place).is_none_or(|slope| slope.abs() <= FLAT)) {
            break;
        }
        let Some((next, next_value)) = step(&fit, value, &slope, &free, sample, penalty) else { break };
        (fit, value) = (next, next_value);
    }
    Some(fit)
}

fn objective(fit: &Fit, sample: Sample<'_>, penalty: f64) -> f64 {
    let squares: f64 = fit.coefficients.iter().map(|coefficient| coefficient * coefficient).sum();
    fit.log_loss(sample) + penalty / 2.0 * squares
}

/// First and second derivatives by intercept (place 0) and coefficients.
struct Slope {
    gradient: Vec<f64>,
    /// The lower triangle, row by row.
    curvature: Vec<Vec<f64>>,
}

impl Slope {
    fn new(fit: &Fit, sample: Sample<'_>, penalty: f64) -> Self {
        let size = fit.coefficients.len() + 1;
        let mut gradient = vec![0.0; size];
        let mut curvature: Vec<Vec<f64>> = (0..size).map(|row| vec![0.0; row + 1]).collect();
        for (row, churned) in sample.rows.iter().zip(sample.churned) {
            let chance = logistic(fit.z(row));
            let (error, weight) = (chance - f64::from(u8::from(*churned)), chance * (1.0 - chance));
            let design: Vec<f64> = std::iter::once(1.0).chain(row.iter().map(|x| -x)).collect();
            for ((slope, of_row), a) in gradient.iter_mut().zip(&mut curvature).zip(&design) {
                *slope += error * a;
                for (cell, b) in of_row.iter_mut().zip(&design) {
                    *cell += weight * a * b;
                }
            }
        }
        for (place, coefficient) in (1..).zip(&fit.coefficients) {
            if let (Some(slope), Some(cell)) =
                (gradient.get_mut(place), curvature.get_mut(place).and_then(|row| row.last_mut()))
            {
                *slope += penalty * coefficient;
                *cell += penalty;
            }
        }
        Self { gradient, curvature }
    }

    /// The places that may move: all but the coefficients at 0 that the slope pushes below it.
    fn free(&self, fit: &Fit) -> Vec<usize> {
        let held = |place: usize| {
            let coefficient = place.checked_sub(1).and_then(|place| fit.coefficients.get(place));
            coefficient.is_some_and(|coefficient| *coefficient <= 0.0)
                && self.gradient.get(place).is_some_and(|slope| *slope > 0.0)
        };
        (0..self.gradient.len()).filter(|place| !held(*place)).collect()
    }

    /// Where Newton's method would go from here, by place; `None` when the curvature is not that of a valley.
    fn newton(&self, free: &[usize]) -> Option<Vec<f64>> {
        let cell = |row: usize, column: usize| {
            let (row, column) = (row.max(column), row.min(column));
            self.curvature.get(row)?.get(column).copied()
        };
        let matrix: Option<Vec<Vec<f64>>> =
            free.iter().map(|row| free.iter().map(|column| cell(*row, *column)).collect()).collect();
        let down: Option<Vec<f64>> = free.iter().map(|place| self.gradient.get(*place).map(|slope| -slope)).collect();
        let solved = solve(&matrix?, &down?)?;
        let mut direction = vec![0.0; self.gradient.len()];
        for (place, by) in free.iter().zip(solved) {
            *direction.get_mut(*place)? = by;
        }
        Some(direction)
    }
}

/// Solves *matrix x = right* for a symmetric matrix of a valley, by Cholesky's factors.
fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut factors: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    let mut forward: Vec<f64> = Vec::with_capacity(right.len());
    for (row, right) in matrix.iter().zip(right) {
        let mut factor: Vec<f64> = Vec::with_capacity(factors.len() + 1);
        for (above, cell) in factors.iter().zip(row) {
            let diagonal = above.last()?;
            factor.push((cell - dot(&factor, above)) / diagonal);
        }
        let pivot = row.get(factor.len())? - dot(&factor, &factor);
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        forward.push((right - dot(&factor, &forward)) / pivot.sqrt());
        factor.push(pivot.sqrt());
        factors.push(factor);
    }
    let mut solution = forward;
    for place in (0..solution.len()).rev() {
        let below = (place + 1)..solution.len();
        let sum: Option<f64> = below.map(|row| Some(factors.get(row)?.get(place)? * solution.get(row)?)).sum();
        let diagonal = *factors.get(place)?.last()?;
        let value = solution.get_mut(place)?;
        *value = (*value - sum?) / diagonal;
    }
    Some(solution)
}

/// The next point, and the objective there; `None` when no step makes the objective smaller.
fn step(fit: &Fit, value: f64, slope: &Slope, free: &[usize], sample: Sample<'_>, penalty: f64) -> Option<(Fit, f64)> {
    let direction = slope.newton(free)?;
    let mut length = 1.0;
    for _ in 0..50 {
        let next = moved(fit, &direction, length)?;
        let next_value = objective(&next, sample, penalty);
        let promised = promised(fit, &next, slope);
        if next_value <= value + ARMIJO * promised && next != *fit {
            return Some((next, next_value));
        }
        length /= 2.0;
    }
    None
}

fn moved(fit: &Fit, direction: &[f64], length: f64) -> Option<Fit> {
    let (first, rest) = direction.split_first()?;
    let coefficients =
        fit.coefficients.iter().zip(rest).map(|(coefficient, by)| (coefficient + length * by).max(0.0)).collect();
    Some(Fit { intercept: fit.intercept + length * first, coefficients })
}

/// What the slope promises of the way from one point to another: below 0.
fn promised(from: &Fit, to: &Fit, slope: &Slope) -> f64 {
    let moves = std::iter::once(to.intercept - from.intercept)
        .chain(to.coefficients.iter().zip(&from.coefficients).map(|(to, from)| to - from));
    moves.zip(&slope.gradient).map(|(by, slope)| by * slope).sum()
}
