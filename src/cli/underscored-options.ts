/** Options as release 1.1 of OpenSSF Model Signing's reference writes them, with underscores: both forms are taken. */
const UNDERSCORED =
  /^--(private_key|public_key|signing_certificate|certificate_chain|allow_symlinks|ignore_unsigned_files|identity_provider|trust_config|ignore_paths|ignore_git_paths|no-ignore_git_paths)(?==|$)/;

/** Only the option's name is changed, never what stands behind an equals sign. */
export function hyphened(argument: string): string {
  return argument.replace(UNDERSCORED, (option) => option.replaceAll("_", "-"));
}
