export {
  type IdentityClaim,
  isSignedClaim,
  publicKeyText,
  signClaim,
} from './identity.ts';
export { PIN_PATTERN, pinOf } from './pin.ts';
export { COORDINATOR_SERVER_NAME } from './server-name.ts';
