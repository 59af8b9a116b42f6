// The product's words with what a person reads.

export const STATUSES = ['thriving', 'healthy', 'steady', 'struggling'] as const;
export type Status = (typeof STATUSES)[number];

export const LEVELS = ['very_happy', 'happy', 'neutral', 'not_happy'] as const;
export type Level = (typeof LEVELS)[number];

export const ROLES = ['viewer', 'csm', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Each status has a shape, because colour alone says nothing to many. */
export const STATUS: Record<Status, { label: string; shape: string }> = {
  thriving: { label: 'Thriving', shape: '◆' },
  healthy: { label: 'Healthy', shape: '●' },
  steady: { label: 'Steady', shape: '■' },
  struggling: { label: 'Struggling', shape: '▲' },
};

export const LEVEL: Record<Level, { label: string; status: Status; pips: number }> = {
  very_happy: { label: 'Very Happy', status: 'thriving', pips: 4 },
  happy: { label: 'Happy', status: 'healthy', pips: 3 },
  neutral: { label: 'Neutral', status: 'steady', pips: 2 },
  not_happy: { label: 'Not Happy', status: 'struggling', pips: 1 },
};

export const INSIGHTS = ['advocate', 'product_issues', 'business_trouble', 'churn_risk', 'stale', 'unknown'] as const;
export type Insight = (typeof INSIGHTS)[number];

export const INSIGHT: Record<Insight, string> = {
  advocate: 'Advocate',
  product_issues: 'Product issues',
  business_trouble: 'Happy, business challenged',
  churn_risk: 'Churn risk',
  stale: 'Status is stale',
  unknown: 'Not known yet',
};

export const CAUSE: Record<string, string> = {
  data_changed: 'data changed',
  went_missing: 'data went missing',
  returned: 'data came back',
  went_stale: 'data went stale',
  override: 'override',
  scorecard_changed: 'scorecard changed',
};

export const ROLE: Record<Role, { label: string; may: string }> = {
  viewer: { label: 'Viewer', may: 'Reads everything, changes nothing.' },
  csm: { label: 'Customer success manager', may: 'Also sets statuses, logs interactions, works on tasks.' },
  admin: { label: 'Admin', may: 'Also changes scorecards, automations and settings, and erases.' },
};

/** How often contacts are asked; a customer without a number of its own follows the settings. */
export function cadence(days: number | null): string {
  return days === null ? 'as often as the settings say' : `every ${days} days`;
}
