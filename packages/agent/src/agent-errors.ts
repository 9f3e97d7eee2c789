import { errorsOf } from '@binhost/shared/errors';

/** Every error that the agent raises on purpose; docs/errors.md is made from it. */
export const AGENT_ERRORS = {
  CONFIG_UNREADABLE: 'The configuration file could not be read, or is no TOML.',
  STATE_UNUSABLE: 'The state directory cannot be written, or a file in it is not what the agent wrote.',
  RUN_DIRECTORY_UNUSABLE: 'A socket of the agent could not be made.',
  ALREADY_RUNNING: 'Another agent answers on the same sockets.',
  NOT_RUNNING: 'A command found no running agent behind its socket.',
  NOT_ALLOWED: 'A command may not use the socket that it needs.',
  BAD_ANSWER: 'The running agent answered something that the command does not understand.',
  JOIN_FAILED: 'A step of join or leave did not work; the message names it.',
  JOIN_WRONG_PIN: 'What answers at the address of a join token is not the coordinator that made the token.',
  PORTAGE_FAILED: "A call of the node's own Portage failed.",
  PACKAGE_BROKEN: 'A fetched package is not whole, or not what its Manifest says.',
  SERVER_UNTRUSTED: 'Who answered at coordinator.url showed another certificate than the one expected.',
  CA_UNUSABLE: "The coordinator's CA on this node could not be read.",
  LOG_UNAVAILABLE: 'The log of a build could not be read from the coordinator.',
  INPUT_UNREADABLE: 'A file to be parsed could not be read.',
} as const;

export const agentError = errorsOf(AGENT_ERRORS);
