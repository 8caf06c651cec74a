import de.jplag.JPlag;
import de.jplag.JPlagComparison;
import de.jplag.options.JPlagOptions;
import de.jplag.python3.PythonLanguage;
import java.io.File;
import java.util.Set;

/** JPlag on two trees of Python as its two submissions: bench/code.ts runs it. Arguments: a folder that holds the two. */
public class CodeJplag {
  public static void main(String[] args) throws Exception {
    var options = new JPlagOptions(new PythonLanguage(), Set.of(new File(args[0])), Set.of());
    for (JPlagComparison one : JPlag.run(options).getAllComparisons())
      System.out.println(one.similarity() + " " + one.getNumberOfMatchedTokens());
  }
}
