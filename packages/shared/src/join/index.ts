export {
  decodeJoinToken,
  encodeJoinToken,
  isControlAddress,
  type JoinToken,
  PIN_SYSTEM,
  pinValuePattern,
} from './join-token.ts';
