import { describe, expect, it } from 'vitest';
import { withoutHashes } from '../../src/build/lock-passwords.ts';

describe('withoutHashes', () => {
  it('locks every password and keeps the rest', () => {
    expect(withoutHashes('root:$6$salt$hash:19000:0:99999:7:::\nportage:*:1::::::\nnobody::1::::::\n')).toBe(
      'root:*:19000:0:99999:7:::\nportage:*:1::::::\nnobody:*:1::::::\n',
    );
  });
});
