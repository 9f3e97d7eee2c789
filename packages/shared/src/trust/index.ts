export {
  type IdentityClaim,
  isSignedClaim,
  PUBLIC_KEY_PATTERN,
  publicKeyText,
  SIGNATURE_PATTERN,
  signClaim,
} from './identity.ts';
export { PIN_PATTERN, pinOf } from './pin.ts';
export { COORDINATOR_SERVER_NAME } from './server-name.ts';
