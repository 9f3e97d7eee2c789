import { errorsOf } from '@binhost/shared/errors';

/** Every error that the coordinator's processes raise on purpose; docs/errors.md is made from it. */
export const COORDINATOR_ERRORS = {
  CONFIG_UNREADABLE: 'The configuration file could not be read, or is no TOML.',
  LISTEN_ADDRESS: 'A listen address is not of the form ADDRESS:PORT.',
  CONTROL_NOT_LOOPBACK: 'The control listener would be reachable from outside without TLS.',
  TLS_UNUSABLE: 'The certificate of the control listener, or its key, cannot be used.',
  LISTEN_FAILED: 'A listener could not take its address or socket.',
  SERVER_UNREACHABLE: 'A command found no running coordinator behind its socket, or none to trust at client.url.',
  CLIENT_SETTINGS: 'The settings client.* do not fit: the address, the file of the token or its rights, or the CA.',
  NOT_ALLOWED: 'A request or command lacks the token, session or permission that it needs.',
  JOIN_REFUSED: 'A node that would join showed a token that is not, or no longer, good.',
  NOT_READY: 'What was asked for cannot be answered yet: a part of the binhost has not started once.',
  ROLE_TOO_SMALL: 'Somebody is known, but may not do what was asked; the message names the role that may.',
  FOREIGN_ORIGIN: 'A web page of somebody else sent a request, or a session came without its CSRF token.',
  TOO_MANY_ATTEMPTS: 'Too many personal tokens were shown that are none, or too many joins were refused.',
  WRONG_USE: 'A command was called with arguments that it does not take.',
  NOT_FOUND: 'What was asked for does not exist.',
  BAD_REQUEST: 'A request does not fit what the route takes.',
  DATABASE_UNAVAILABLE: 'PostgreSQL could not be found, started or reached.',
  DATABASE_NEWER: 'The database was written by a newer release.',
  ILLEGAL_TRANSITION: 'A build or wish was asked to make a move that its state does not allow.',
  LEASE_LOST: 'A builder wrote under a lease that is no longer its own.',
  PROGRAM_MISSING: 'A program that the configuration names is not installed.',
  BUILD_MODE_UNAVAILABLE: 'The builder cannot work in the configured mode on this machine.',
  BUILD_ROOT_FAILED: 'A build root could not be made.',
  PORTAGE_FAILED: "A call of the binhost's own Portage failed.",
  PACKAGE_BROKEN: 'A finished package is not whole, or not what was asked for.',
  SIGNING_FAILED: 'A package could not be signed.',
  PUBLISHER_BUSY: 'Another publisher holds this pool.',
  INDEX_BROKEN: 'A published index does not fit its directory.',
} as const;

export const coordinatorError = errorsOf(COORDINATOR_ERRORS);
