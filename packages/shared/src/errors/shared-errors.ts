import { errorsOf } from './error-table.ts';

/** Codes that both sides may raise. */
export const SHARED_ERRORS = {
  CONFIG_UNKNOWN_KEY: 'The configuration has a key that does not exist; the message names the nearest one that does.',
  CONFIG_BAD_VALUE: 'A configuration value has the wrong type or lies outside its range.',
  JOIN_TOKEN_BROKEN: 'A join token is not whole, was changed on the way, or is of another version.',
  PROTOCOL_BAD_FRAME: 'The other side sent something that is no frame of the protocol.',
  PROTOCOL_BAD_MESSAGE: 'The other side sent a message that does not fit its schema.',
} as const;

export const sharedError = errorsOf(SHARED_ERRORS);
