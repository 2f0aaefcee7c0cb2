// EV_Central's database is opened like that of every process.
export {
  attempt, databaseFailure, IN_MEMORY, makePrivateFile, openDatabase, type Sqlite, type Statement,
} from '../../shared/sqlite/database.ts';
