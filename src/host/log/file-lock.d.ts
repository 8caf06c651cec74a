/** The one function we use of a package that comes without types: whether an exclusive lock on the whole file was had. */
declare module "fs-native-extensions" {
  export function tryLock(descriptor: number): boolean;
}
