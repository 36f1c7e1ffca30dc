import * as z from "zod";

/** An integer of 32 bits that is not negative. */
export const Count = z.int32().min(0).meta({ format: "int32" });

/** An integer of 32 bits. */
export const Int32 = z.int32().meta({ format: "int32" });

/** A TCP port. */
export const Port = z.int32().min(1).max(65_535).meta({ format: "int32" });

/** The generation of a spec. */
export const Generation = z.int().meta({ format: "int64" });
