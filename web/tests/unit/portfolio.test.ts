import { expect, test } from 'vitest';
import { active, chosenColumns, toQuery, VIEWS, viewOf } from '../../src/lib/portfolio';

test('the address becomes the parameters of the API, and words that it does not know are left out', () => {
  const address = new URLSearchParams(
    'q=+acme+&status=struggling&band=nonsense&stale=true&disagrees=no&segment.plan=Team&open=x&book=all&sort=change',
  );
  expect(toQuery(address, 'ana@keepwell.example')).toEqual({
    q: 'acme',
    owner: 'ana@keepwell.example',
    status: 'struggling',
    stale: true,
    'segment.plan': 'Team',
    churned: false,
    sort: 'change',
  });
  expect(toQuery(new URLSearchParams(), undefined)).toEqual({ churned: false, sort: '-arr' });
});

test('every filter that is on has words and a way off', () => {
  const address = new URLSearchParams('happiness=not_happy&insight=churn_risk&stale=true&segment.size=Mid&q=acme');
  expect(active(address)).toEqual([
    { name: 'happiness', label: 'Happiness: Not Happy' },
    { name: 'insight', label: 'Insight: Churn risk' },
    { name: 'stale', label: 'Status is stale' },
    { name: 'segment.size', label: 'size: Mid' },
  ]);
});

test('views ask only for what the API knows', () => {
  for (const view of VIEWS) {
    const address = new URLSearchParams(view.query);
    const names = Object.keys(toQuery(address, undefined));
    for (const name of address.keys()) expect(names, view.label).toContain(name);
  }
});

test('numbers and days are taken when they are some', () => {
  const address = new URLSearchParams('no_contact_days=30&score_change_below=-10&renewal_before=2027-01-26&at_risk=true');
  expect(toQuery(address, undefined)).toEqual({
    churned: false,
    sort: '-arr',
    no_contact_days: 30,
    score_change_below: -10,
    renewal_before: '2027-01-26',
    at_risk: true,
  });
  expect(active(address).map((filter) => filter.label)).toEqual([
    'Nobody met them for 30 days',
    'Score fell within 7 days by 10 points',
    'Renewal before 2027-01-26',
    'Money is at risk',
  ]);
  const wrong = new URLSearchParams('no_contact_days=soon&score_change_below=&renewal_before=tomorrow');
  expect(toQuery(wrong, undefined)).toEqual({ churned: false, sort: '-arr' });
  expect(active(wrong)).toEqual([]);
});

test('who has left is left out until somebody asks', () => {
  const among = new URLSearchParams('churned=all');
  expect(toQuery(among, undefined)).toEqual({ sort: '-arr' });
  expect(active(among)).toEqual([{ name: 'churned', label: 'Churned customers among the others' }]);
  const alone = new URLSearchParams('churned=true');
  expect(toQuery(alone, undefined)).toEqual({ churned: true, sort: '-arr' });
  expect(active(alone)).toEqual([{ name: 'churned', label: 'Churned customers alone' }]);
});

test('a view is what one looks at, not what is open beside it', () => {
  expect(viewOf(new URLSearchParams('status=steady&open=acme&sort=score&columns=arr'))).toBe(
    'status=steady&sort=score&columns=arr',
  );
});

test('columns stand in their order, and unknown ones are left out', () => {
  expect(chosenColumns(new URLSearchParams())).toBeNull();
  expect(chosenColumns(new URLSearchParams('columns=arr,nonsense,status'))).toEqual(['status', 'arr']);
  expect(chosenColumns(new URLSearchParams('columns=none'))).toEqual([]);
});

test("somebody else's book is asked for by its owner; one's own goes before", () => {
  const address = new URLSearchParams('book=all&owner=ana.ruiz@keepwell.example');
  expect(toQuery(address, undefined).owner).toBe('ana.ruiz@keepwell.example');
  expect(toQuery(address, 'me@keepwell.example').owner).toBe('me@keepwell.example');
  expect(active(address)).toEqual([{ name: 'owner', label: 'Owner: Ana Ruiz' }]);
});
