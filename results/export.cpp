#include "results/export.h"

#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/building_folder.h"
#include "results/cells.h"
#include "results/connection.h"
#include "results/data_dictionary.h"
#include "results/merge_files.h"
#include "results/render.h"
#include "results/sql_text.h"
#include "results/table.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRowsAtOnce = 1000;  // bounds memory: a row of layer_results is some kilobytes

class CsvFile {
 public:
  explicit CsvFile(fs::path path) : path_(std::move(path)), stream_(path_, std::ios::binary) {
    require_good();
  }

  // The header is written with the first rows.
  void append(const Table& table) {
    const std::string text = render(table, Format::kCsv);
    stream_ << (begun_ ? text.substr(text.find('\n') + 1) : text);
    begun_ = true;
    require_good();
  }

  fs::path close() {
    stream_.close();
    require_good();
    return path_;
  }

 private:
  void require_good() const {
    if (!stream_)
      throw UserError("cannot write " + path_.string() + ": check the folder, its permissions and its disk");
  }

  fs::path path_;
  std::ofstream stream_;
  bool begun_ = false;
};

fs::path export_view(SQLite::Database& database, const std::string& view, const fs::path& folder) {
  SQLite::Statement statement(database, "SELECT * FROM " + quote_name(view));
  Table table;
  for (int i = 0; i < statement.getColumnCount(); ++i) table.columns.emplace_back(statement.getColumnName(i));
  CsvFile file(folder / (view + ".csv"));
  while (statement.executeStep()) {
    table.rows.push_back(read_row(statement));
    if (table.rows.size() < kRowsAtOnce) continue;
    file.append(table);
    table.rows.clear();
  }
  file.append(table);
  return file.close();
}

Table dictionary_table(SQLite::Database& database) {
  Table table{{"view", "column", "unit", "meaning"}, {}};
  for (const std::string_view view : exported_views()) {
    SQLite::Statement columns(database, "SELECT name FROM pragma_table_info(?)");
    columns.bind(1, std::string(view));
    while (columns.executeStep()) {
      const std::string name = columns.getColumn(0).getString();
      const ColumnMeaning meaning = column_meaning(name);
      table.rows.push_back({std::string(view), name, text_cell(meaning.unit), meaning.text});
    }
  }
  return table;
}

fs::path export_dictionary(SQLite::Database& database, const fs::path& folder) {
  CsvFile file(folder / "data_dictionary.csv");
  file.append(dictionary_table(database));
  return file.close();
}

}  // namespace

std::vector<fs::path> export_views(StoreReader& store, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw UserError("cannot make the folder " + folder.string() + ": " + error.message());
  try {
    SQLite::Database& database = store.database();
    const SQLite::Transaction one_moment(database);
    std::vector<fs::path> files;
    for (const std::string_view view : exported_views()) {
      files.push_back(export_view(database, std::string(view), folder));
    }
    files.push_back(export_dictionary(database, folder));
    return files;
  } catch (const SQLite::Exception& problem) {
    throw UserError(describe_problem(problem, store.path()));
  }
}

void export_snapshot(StoreReader& store, const fs::path& file) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(file, error))) {
    throw UserError(file.string() + " exists already; give another --snapshot");
  }
  const fs::path place = fs::absolute(file);
  const BuildingFolder building(place.parent_path(), place.filename().string() + ".building-");
  const fs::path copied = building.path() / "copy.db";
  try {
    SQLite::Statement copy(store.database(), "VACUUM INTO ?");
    copy.bind(1, copied.string());
    copy.executeStep();
  } catch (const SQLite::Exception& problem) {
    throw UserError("cannot write the snapshot " + file.string() + " (SQLite: " + problem.what() +
                    "); check the folder, its permissions and its disk");
  }
  put_in_place(copied, place);
}

}  // namespace headsweep::results
