// Errors
export { BinhostError, errorSentence, errorsOf } from './errors/index.ts';
// Time
export { backoffDelayMs, type Clock, formatDuration, parseDuration, systemClock } from './time/index.ts';
