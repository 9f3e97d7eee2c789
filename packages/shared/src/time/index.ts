export { type BackoffLimits, backoffDelayMs } from './backoff.ts';
export { type Clock, systemClock } from './clock.ts';
export { formatDuration, parseDuration } from './duration.ts';
