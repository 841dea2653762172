/** The bundler puts the text of a .proto file in its place. */
declare module "*.proto" {
  const text: string;
  export default text;
}
