/** For the options of a connection: the certificate authority, where there is one of its own. */
export function authority(pem: string | undefined): { readonly certificateAuthority?: string } {
  return pem === undefined ? {} : { certificateAuthority: pem };
}
