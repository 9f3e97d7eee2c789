/** An Ed25519 public key, raw: 32 bytes in base64url. */
export const PUBLIC_KEY_PATTERN = /^[A-Za-z0-9_-]{43}$/;
/** An Ed25519 signature: 64 bytes in base64url. */
export const SIGNATURE_PATTERN = /^[A-Za-z0-9_-]{86}$/;
