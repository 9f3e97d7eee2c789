import { expect, test } from 'vitest';
import { documentNow, generatedDocs } from '../scripts/docs/generate-docs.ts';

test.each(Object.entries(generatedDocs()))('%s is what the code says (npm run docs)', (path, text) => {
  expect(documentNow(path)).toBe(text);
});
