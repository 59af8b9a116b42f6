// What the settings' forms show: each field with its place in the document, its unit and its range.

export interface FieldSpec {
  pointer: string;
  label: string;
  kind: 'text' | 'number' | 'lines' | 'weights' | 'status' | 'switch';
  unit?: string;
  /** What may be entered, in words. */
  range?: string;
}

export interface Group {
  title: string;
  about: string;
  fields: FieldSpec[];
  /** All of them stand in one column: long texts and lists. */
  wide?: boolean;
}

const number = (pointer: string, label: string, range: string, unit = ''): FieldSpec => ({
  pointer,
  label,
  kind: 'number',
  range,
  ...(unit ? { unit } : {}),
});

const ANSWERS = [
  ['very_happy', 'Very Happy'],
  ['happy', 'Happy'],
  ['neutral', 'Neutral'],
  ['not_happy', 'Not Happy'],
] as const;

const SEVERITIES = [
  ['critical', 'Critical'],
  ['high', 'High'],
  ['normal', 'Normal'],
  ['low', 'Low'],
] as const;

export const GENERAL: Group[] = [
  {
    title: 'Product and people',
    about: 'How your product is called in mails to contacts, and who is told beside the owner when a customer is about to leave.',
    fields: [
      { pointer: '/product_name', label: 'Product name', kind: 'text', range: 'Up to 120 characters' },
      {
        pointer: '/manager',
        label: 'Manager',
        kind: 'text',
        range: "An e-mail address; empty: nobody, or the deployment's ManagerEmail",
      },
    ],
  },
  {
    title: 'Automations',
    about:
      'The emergency brake: while it is on, no automation acts for any customer. What would have acted stands in the run log and is not made up for.',
    fields: [{ pointer: '/automations_paused', label: 'Pause all automations', kind: 'switch' }],
  },
  {
    title: 'What the four answers are worth',
    about: "A customer's happiness is the mean of what its contacts answered last. None may be worth more than a happier one.",
    fields: ANSWERS.map(([key, label]) => number(`/answer_values/${key}`, label, '0 to 100', 'points')),
  },
  {
    title: 'Whose answer counts how much',
    about: "The weight of an answer by the contact's role. With equal weights every person counts the same; 0 leaves a role out.",
    fields: (
      [
        ['decision_maker', 'Decision makers'],
        ['champion', 'Champions'],
        ['user', 'Users'],
        ['other', 'Others'],
      ] as const
    ).map(([key, label]) => number(`/role_weights/${key}`, label, '0 to 1000, not all 0', 'times')),
  },
  {
    title: 'From where the words for happiness begin',
    about: 'Lower bounds, inclusive and falling. Below the last one is Not Happy.',
    fields: ANSWERS.slice(0, 3).map(([key, label]) => number(`/happiness_levels/${key}`, `${label} from`, '0 to 100', 'points')),
  },
  {
    title: 'When something counts as high in an Insight',
    about: 'An Insight compares Health Status with happiness: high and high is an advocate, low and low a churn risk.',
    fields: [
      { pointer: '/high_status', label: 'Health Status is high from', kind: 'status' },
      number('/high_happiness', 'Happiness is high from', '0 to 100', 'points'),
    ],
  },
  {
    title: 'When a falling score is reported',
    about: 'A score that falls by so much within so many days makes an event, which automations can act on.',
    fields: [
      number('/score_drop/points', 'Fall by', 'Above 0, up to 100', 'points'),
      number('/score_drop/days', 'Within', '1 to 90', 'days'),
    ],
  },
  {
    title: 'Features',
    about:
      'Names of features as your product sends them. Log-ins count as log-ins and nowhere else; key features are those whose use matters most.',
    wide: true,
    fields: [
      {
        pointer: '/key_features',
        label: 'Key features',
        kind: 'lines',
        range: 'One a line, up to 200. While none is named, those that a customer used in the last 56 days count',
      },
      { pointer: '/login_features', label: 'Features that are log-ins', kind: 'lines', range: 'One a line, up to 200' },
      {
        pointer: '/feature_weights',
        label: 'Weights of features',
        kind: 'weights',
        range: 'One a line as “Export report = 3”, 0 to 1000: how much an event counts in the depth of use. Others count 1',
      },
    ],
  },
  {
    title: 'How soon tickets should be answered and solved',
    about: 'Counted around the clock from the opening of a ticket, by its severity.',
    fields: SEVERITIES.flatMap(([key, label]) => [
      number(`/response_targets/${key}/first_response_hours`, `${label}: first answer`, '0.01 to 8760', 'hours'),
      number(`/response_targets/${key}/resolution_hours`, `${label}: solved`, '0.01 to 8760', 'hours'),
    ]),
  },
];

export const CADENCE: Group[] = [
  {
    title: 'How often contacts are asked',
    about:
      'For customers that have no interval of their own. Requests without an answer stretch it, up to 90 days, and no address is asked twice within 30 days, whatever stands here.',
    fields: [number('/feedback_interval_days', 'Days between two requests', '7 to 365', 'days')],
  },
];
