// Which hosts are this machine itself: the only ones that plain TCP is for.

/** True for localhost, 127.0.0.0/8 and ::1; false for 0.0.0.0 and ::, which mean every address of the machine. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:/, '');
  return plain === 'localhost' || plain.endsWith('.localhost') || plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain);
}

/**
 * Is the other end of a connection a process of this machine? Its address is of the loopback, or the same as ours: the
 * system drops packets of others that come with an address of its own.
 */
export function isThisMachine(
  { remoteAddress, localAddress }: { remoteAddress?: string | undefined; localAddress?: string | undefined },
): boolean {
  if (remoteAddress === undefined) return false;
  const plain = (address: string): string => address.toLowerCase().replace(/^::ffff:/, '');
  return isLoopback(remoteAddress) || (localAddress !== undefined && plain(remoteAddress) === plain(localAddress));
}
