#include "results/export.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faulty_vfs.h"
#include "results/building_folder.h"
#include "results/data_dictionary.h"
#include "results/render.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::HasSubstr;

class ExportTest : public StoreTest {
 protected:
  [[nodiscard]] std::filesystem::path beside(const std::string& name) const {
    return path().parent_path() / name;
  }
};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(ExportTest, EveryViewIsAFileWithAllItsRows) {
  make_finished_store(path());
  StoreReader reader(path());
  EXPECT_EQ(export_views(reader, beside("csv")).size(), exported_views().size() + 1);
  for (const std::string_view view : exported_views()) {
    const Table rows = sql(path(), "SELECT * FROM " + std::string(view));
    EXPECT_EQ(text_of(beside("csv") / (std::string(view) + ".csv")), render(rows, Format::kCsv)) << view;
  }
}

// More rows than are held at once: one header, nothing lost between two lots.
TEST_F(ExportTest, LongViewsHaveOneHeader) {
  make_finished_store(path(), 20);
  StoreReader reader(path());
  export_views(reader, beside("csv"));
  const Table rows = sql(path(), "SELECT * FROM pairs");
  ASSERT_GT(rows.rows.size(), 2000);
  EXPECT_EQ(text_of(beside("csv") / "pairs.csv"), render(rows, Format::kCsv));
}

TEST_F(ExportTest, TheDictionaryHasEveryColumn) {
  make_finished_store(path());
  StoreReader reader(path());
  export_views(reader, beside("csv"));
  const std::string dictionary = text_of(beside("csv") / "data_dictionary.csv");
  std::size_t columns = 1;  // the header
  for (const std::string_view view : exported_views()) {
    columns += sql(path(), "SELECT * FROM pragma_table_info('" + std::string(view) + "')").rows.size();
  }
  EXPECT_EQ(std::ranges::count(dictionary, '\n'), columns);
  EXPECT_THAT(dictionary, HasSubstr("layer_results,mixing_time_forward_censored,count,"));
  EXPECT_THAT(dictionary, HasSubstr("summary,accuracy_low,fraction,"));
}

TEST_F(ExportTest, ASnapshotIsAWholeStoreAlsoWhileItsOwnerWrites) {
  make_finished_store(path());
  OwnedStore owner(path());
  {
    StoreReader reader(path());
    export_snapshot(reader, beside("copy.db"));
  }
  StoreReader copy(beside("copy.db"));
  EXPECT_EQ(verify(copy).size(), 0);
  EXPECT_EQ(sql(beside("copy.db"), "SELECT * FROM layer_metrics").rows,
            sql(path(), "SELECT * FROM layer_metrics").rows);
}

TEST_F(ExportTest, AFolderInWhichAnotherSnapshotIsBuiltIsLeftAlone) {
  make_finished_store(path());
  const BuildingFolder others(path().parent_path(), "copy.db.building-");
  StoreReader reader(path());
  export_snapshot(reader, beside("copy.db"));
  EXPECT_TRUE(std::filesystem::exists(others.path()));
}

TEST_F(ExportTest, ASnapshotHasItsNameOnlyOnceItIsWhole) {
  make_finished_store(path());
  const pid_t child = fork();
  if (child == 0) {
    FaultyVfs vfs;
    StoreReader reader(path());
    vfs.die_after(20'000);
    export_snapshot(reader, beside("copy.db"));
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "killed while it wrote";
  EXPECT_FALSE(std::filesystem::exists(beside("copy.db")));
  StoreReader reader(path());
  export_snapshot(reader, beside("copy.db"));
  StoreReader copy(beside("copy.db"));
  EXPECT_EQ(verify(copy).size(), 0);
}

TEST_F(ExportTest, NothingIsReplacedBySnapshotsAndUnwritableFoldersAreNamed) {
  make_finished_store(path());
  StoreReader reader(path());
  EXPECT_THAT(user_error_of([&] { export_snapshot(reader, path()); }), HasSubstr("exists already"));
  EXPECT_THAT(user_error_of([&] { export_snapshot(reader, "/nowhere/copy.db"); }),
              HasSubstr("cannot make a folder in /nowhere: No such file"));
  EXPECT_THAT(user_error_of([&] { export_views(reader, path() / "csv"); }),
              HasSubstr("cannot make the folder"));
}

}  // namespace
}  // namespace headsweep::results
