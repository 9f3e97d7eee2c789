export { BinhostError, type ErrorFacts, errorSentence } from './binhost-error.ts';
export { type ErrorTable, errorsOf } from './error-table.ts';
export { SHARED_ERRORS, sharedError } from './shared-errors.ts';
