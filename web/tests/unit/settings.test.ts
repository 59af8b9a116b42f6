import { expect, test } from 'vitest';
import { changed, draftOf, merged, SHIPPED, settingsOf, weightsOf } from '../../src/lib/settings';

test('a form that nobody touched says what was read', () => {
  const read = { ...SHIPPED, manager: 'ana@example.com', feature_weights: { 'a = b': 2, Export: 0.5 }, key_features: ['Export'] };
  expect(settingsOf(draftOf(read), read)).toEqual(read);
  expect(changed(draftOf(read), draftOf(read))).toEqual([]);
});

test('what is entered goes to its place', () => {
  const draft = { ...draftOf(SHIPPED), '/answer_values/happy': ' 70.5 ', '/key_features': 'Export\n\n Report ', '/manager': ' ' };
  const document = settingsOf(draft, SHIPPED);
  expect(document).toMatchObject({
    answer_values: { happy: 70.5, neutral: 25 },
    key_features: ['Export', 'Report'],
    manager: null,
  });
  expect(changed(draftOf(document as never), draftOf(SHIPPED))).toEqual(['/answer_values/happy', '/key_features']);
});

test('a text that is no number is left to the API', () => {
  const document = settingsOf({ ...draftOf(SHIPPED), '/score_drop/points': 'ten', '/high_happiness': '' }, SHIPPED);
  expect(document).toMatchObject({ score_drop: { points: 'ten' }, high_happiness: '' });
  expect(weightsOf('Export = 3\nA=B = 2\nNothing\nOdd = x')).toEqual({ Export: 3, 'A=B': 2, Nothing: null, Odd: ' x' });
});

test('what is not in the form stays as it was read', () => {
  const read = { ...SHIPPED, something_new: { a: [1] } } as typeof SHIPPED;
  expect(settingsOf({ '/product_name': 'X' }, read)).toEqual({ ...read, product_name: 'X' });
});

test('two people change different fields: both count; the same field: mine stands and is named', () => {
  const base = draftOf(SHIPPED);
  const mine = { ...base, '/product_name': 'Mine', '/high_happiness': '70' };
  const theirs = { ...base, '/product_name': 'Theirs', '/score_drop/days': '14' };
  expect(merged(mine, base, theirs)).toEqual({
    draft: { ...base, '/product_name': 'Mine', '/high_happiness': '70', '/score_drop/days': '14' },
    both: ['/product_name'],
  });
  expect(merged(theirs, base, theirs).both).toEqual([]);
});
